// Original file: proto/florin/v1/transfers.proto

export const TransferStatus = {
  TRANSFER_STATUS_UNSPECIFIED: 'TRANSFER_STATUS_UNSPECIFIED',
  TRANSFER_STATUS_POSTED: 'TRANSFER_STATUS_POSTED',
  TRANSFER_STATUS_FAILED: 'TRANSFER_STATUS_FAILED',
} as const;

export type TransferStatus =
  | 'TRANSFER_STATUS_UNSPECIFIED'
  | 0
  | 'TRANSFER_STATUS_POSTED'
  | 1
  | 'TRANSFER_STATUS_FAILED'
  | 2

export type TransferStatus__Output = typeof TransferStatus[keyof typeof TransferStatus]
