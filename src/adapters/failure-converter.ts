import { DefaultFailureConverter } from "@temporalio/common";

/** Loaded by path, in the worker, its workflows and the clients: messages and stack traces of failures pass the codec like any payload. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
