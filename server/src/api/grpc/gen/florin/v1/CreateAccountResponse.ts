// Original file: proto/florin/v1/accounts.proto

import type { Account as _florin_v1_Account, Account__Output as _florin_v1_Account__Output } from '../../florin/v1/Account.ts';

export interface CreateAccountResponse {
  'account'?: (_florin_v1_Account | null);
}

export interface CreateAccountResponse__Output {
  'account'?: (_florin_v1_Account__Output);
}
