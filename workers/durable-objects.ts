export { Broadcast } from './broadcast/broadcast';
export { ChannelGate } from './channel-gate/channel-gate';
export { Conversation } from './conversation/conversation';
export { Directory } from './directory/directory';
export { Erasure } from './erasure/erasure';
export { Inbox } from './inbox/inbox';
export { Session } from './session/session';
export { Simulator } from './simulator/simulator';
