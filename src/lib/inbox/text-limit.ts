import type { ProviderName } from '../domain/provider';

/** Longest text of one message, in characters as the provider counts them: WhatsApp and Telegram 4096, Messenger 2000; ours 64 K. */
const limits: Record<ProviderName, number> = { whatsapp: 4_096, messenger: 2_000, telegram: 4_096, webhook: 65_536 };

/** How many more characters fit; negative when it is too long. */
export function charactersLeft(provider: ProviderName, text: string): number {
  return limits[provider] - text.trim().length;
}

/** Whether the agent should be told: in the last tenth. */
export function isNearLimit(provider: ProviderName, left: number): boolean {
  return left < limits[provider] / 10;
}
