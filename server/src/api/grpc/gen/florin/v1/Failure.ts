// Original file: proto/florin/v1/transfers.proto


export interface Failure {
  'code'?: (string);
  'message'?: (string);
}

export interface Failure__Output {
  'code'?: (string);
  'message'?: (string);
}
