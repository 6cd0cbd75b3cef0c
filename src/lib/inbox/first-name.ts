export { firstNameOf } from '../domain/placeholder';
