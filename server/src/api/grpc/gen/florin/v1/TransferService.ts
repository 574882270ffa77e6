// Original file: proto/florin/v1/transfers.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CreateTransferRequest as _florin_v1_CreateTransferRequest, CreateTransferRequest__Output as _florin_v1_CreateTransferRequest__Output } from '../../florin/v1/CreateTransferRequest.ts';
import type { CreateTransferResponse as _florin_v1_CreateTransferResponse, CreateTransferResponse__Output as _florin_v1_CreateTransferResponse__Output } from '../../florin/v1/CreateTransferResponse.ts';
import type { GetTransferRequest as _florin_v1_GetTransferRequest, GetTransferRequest__Output as _florin_v1_GetTransferRequest__Output } from '../../florin/v1/GetTransferRequest.ts';
import type { GetTransferResponse as _florin_v1_GetTransferResponse, GetTransferResponse__Output as _florin_v1_GetTransferResponse__Output } from '../../florin/v1/GetTransferResponse.ts';

export interface TransferServiceClient extends grpc.Client {
  CreateTransfer(argument: _florin_v1_CreateTransferRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  CreateTransfer(argument: _florin_v1_CreateTransferRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_florin_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  CreateTransfer(argument: _florin_v1_CreateTransferRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  CreateTransfer(argument: _florin_v1_CreateTransferRequest, callback: grpc.requestCallback<_florin_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  createTransfer(argument: _florin_v1_CreateTransferRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  createTransfer(argument: _florin_v1_CreateTransferRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_florin_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  createTransfer(argument: _florin_v1_CreateTransferRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  createTransfer(argument: _florin_v1_CreateTransferRequest, callback: grpc.requestCallback<_florin_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  
  GetTransfer(argument: _florin_v1_GetTransferRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_GetTransferResponse__Output>): grpc.ClientUnaryCall;
  GetTransfer(argument: _florin_v1_GetTransferRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_florin_v1_GetTransferResponse__Output>): grpc.ClientUnaryCall;
  GetTransfer(argument: _florin_v1_GetTransferRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_GetTransferResponse__Output>): grpc.ClientUnaryCall;
  GetTransfer(argument: _florin_v1_GetTransferRequest, callback: grpc.requestCallback<_florin_v1_GetTransferResponse__Output>): grpc.ClientUnaryCall;
  getTransfer(argument: _florin_v1_GetTransferRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_GetTransferResponse__Output>): grpc.ClientUnaryCall;
  getTransfer(argument: _florin_v1_GetTransferRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_florin_v1_GetTransferResponse__Output>): grpc.ClientUnaryCall;
  getTransfer(argument: _florin_v1_GetTransferRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_GetTransferResponse__Output>): grpc.ClientUnaryCall;
  getTransfer(argument: _florin_v1_GetTransferRequest, callback: grpc.requestCallback<_florin_v1_GetTransferResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface TransferServiceHandlers extends grpc.UntypedServiceImplementation {
  CreateTransfer: grpc.handleUnaryCall<_florin_v1_CreateTransferRequest__Output, _florin_v1_CreateTransferResponse>;
  
  GetTransfer: grpc.handleUnaryCall<_florin_v1_GetTransferRequest__Output, _florin_v1_GetTransferResponse>;
  
}

export interface TransferServiceDefinition extends grpc.ServiceDefinition {
  CreateTransfer: MethodDefinition<_florin_v1_CreateTransferRequest, _florin_v1_CreateTransferResponse, _florin_v1_CreateTransferRequest__Output, _florin_v1_CreateTransferResponse__Output>
  GetTransfer: MethodDefinition<_florin_v1_GetTransferRequest, _florin_v1_GetTransferResponse, _florin_v1_GetTransferRequest__Output, _florin_v1_GetTransferResponse__Output>
}
