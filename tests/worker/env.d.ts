/// <reference types="@cloudflare/vitest-plugin/types" />

declare namespace Cloudflare {
  interface Env extends ParleyEnv {
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
  }
}
type ParleyEnv = import('../../workers/env').Env;
