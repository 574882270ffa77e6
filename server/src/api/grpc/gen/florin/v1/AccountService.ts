// Original file: proto/florin/v1/accounts.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CreateAccountRequest as _florin_v1_CreateAccountRequest, CreateAccountRequest__Output as _florin_v1_CreateAccountRequest__Output } from '../../florin/v1/CreateAccountRequest.ts';
import type { CreateAccountResponse as _florin_v1_CreateAccountResponse, CreateAccountResponse__Output as _florin_v1_CreateAccountResponse__Output } from '../../florin/v1/CreateAccountResponse.ts';
import type { GetAccountRequest as _florin_v1_GetAccountRequest, GetAccountRequest__Output as _florin_v1_GetAccountRequest__Output } from '../../florin/v1/GetAccountRequest.ts';
import type { GetAccountResponse as _florin_v1_GetAccountResponse, GetAccountResponse__Output as _florin_v1_GetAccountResponse__Output } from '../../florin/v1/GetAccountResponse.ts';

export interface AccountServiceClient extends grpc.Client {
  CreateAccount(argument: _florin_v1_CreateAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_CreateAccountResponse__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _florin_v1_CreateAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_florin_v1_CreateAccountResponse__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _florin_v1_CreateAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_CreateAccountResponse__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _florin_v1_CreateAccountRequest, callback: grpc.requestCallback<_florin_v1_CreateAccountResponse__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _florin_v1_CreateAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_CreateAccountResponse__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _florin_v1_CreateAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_florin_v1_CreateAccountResponse__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _florin_v1_CreateAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_CreateAccountResponse__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _florin_v1_CreateAccountRequest, callback: grpc.requestCallback<_florin_v1_CreateAccountResponse__Output>): grpc.ClientUnaryCall;
  
  GetAccount(argument: _florin_v1_GetAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_GetAccountResponse__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _florin_v1_GetAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_florin_v1_GetAccountResponse__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _florin_v1_GetAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_GetAccountResponse__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _florin_v1_GetAccountRequest, callback: grpc.requestCallback<_florin_v1_GetAccountResponse__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _florin_v1_GetAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_GetAccountResponse__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _florin_v1_GetAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_florin_v1_GetAccountResponse__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _florin_v1_GetAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_florin_v1_GetAccountResponse__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _florin_v1_GetAccountRequest, callback: grpc.requestCallback<_florin_v1_GetAccountResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface AccountServiceHandlers extends grpc.UntypedServiceImplementation {
  CreateAccount: grpc.handleUnaryCall<_florin_v1_CreateAccountRequest__Output, _florin_v1_CreateAccountResponse>;
  
  GetAccount: grpc.handleUnaryCall<_florin_v1_GetAccountRequest__Output, _florin_v1_GetAccountResponse>;
  
}

export interface AccountServiceDefinition extends grpc.ServiceDefinition {
  CreateAccount: MethodDefinition<_florin_v1_CreateAccountRequest, _florin_v1_CreateAccountResponse, _florin_v1_CreateAccountRequest__Output, _florin_v1_CreateAccountResponse__Output>
  GetAccount: MethodDefinition<_florin_v1_GetAccountRequest, _florin_v1_GetAccountResponse, _florin_v1_GetAccountRequest__Output, _florin_v1_GetAccountResponse__Output>
}
