// gRPC's reflection in front of a server that serves generically. Internal to libs/rpc.
#ifndef WICI_LIBS_RPC_REFLECTION_H_
#define WICI_LIBS_RPC_REFLECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"

namespace wici::rpc {

// Linking gRPC's reflection adds it to every server of the process; this takes it away again.
void RemoveReflection(grpc::ServerBuilder& builder);

// Makes reflection list `services`. The result lives as long as the server.
std::vector<std::unique_ptr<grpc::Service>> ListInReflection(
    grpc::ServerBuilder& builder, const std::vector<std::string>& services);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_REFLECTION_H_
