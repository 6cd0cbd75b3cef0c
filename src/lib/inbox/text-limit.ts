import { rulesOf, type ProviderName } from '../domain/provider-rules';

/** How many more characters fit; negative when it is too long. */
export function charactersLeft(provider: ProviderName, text: string): number {
  return rulesOf(provider).maxText - text.trim().length;
}

/** Whether the agent should be told: in the last tenth. */
export function isNearLimit(provider: ProviderName, left: number): boolean {
  return left < rulesOf(provider).maxText / 10;
}
