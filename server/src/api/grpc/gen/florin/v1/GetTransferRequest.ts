// Original file: proto/florin/v1/transfers.proto


export interface GetTransferRequest {
  'id'?: (string);
}

export interface GetTransferRequest__Output {
  'id'?: (string);
}
