import type { Phrases } from "./phrase";

export const LAMBDA: Phrases = {
  AddPermission: "let {principal} call function {functionName}",
  CreateAlias: "create alias {name} of function {functionName}",
  CreateEventSourceMapping: "make function {functionName} follow {eventSourceArn}",
  CreateFunction: "create function {functionName}",
  CreateFunctionUrlConfig: "give function {functionName} a URL",
  DeleteEventSourceMapping: "delete event source mapping {uUID|uuid}",
  DeleteFunction: "delete function {functionName}",
  GetFunction: "look at function {functionName} and its code",
  Invoke: "call function {functionName}",
  ListFunctions: "list the functions",
  PublishLayerVersion: "publish a version of layer {layerName}",
  PublishVersion: "publish a version of function {functionName}",
  PutFunctionConcurrency: "limit how often function {functionName} runs at a time",
  RemovePermission: "take permission {statementId} to call function {functionName} away",
  UpdateFunctionCode: "change the code of function {functionName}",
  UpdateFunctionConfiguration: "change the configuration of function {functionName}",
};
