internal import KafkaWire
internal import LogStorage
internal import Telemetry

extension Broker {
    /// Reads the body and calls the method of its API.
    func answer(_ call: Call, _ body: inout WireReader) throws(WireError) {
        switch call.key {
        case .produce: produce(try ProduceRequest(from: &body), call)
        case .fetch: fetch(try FetchRequest(from: &body), call)
        case .listOffsets: call.send(listOffsets(try ListOffsetsRequest(from: &body)))
        case .metadata: metadata(try MetadataRequest(from: &body), call)
        case .apiVersions: call.send(apiVersions(try ApiVersionsRequest(from: &body), call))
        case .describeCluster:
            _ = try DescribeClusterRequest(from: &body)
            call.send(DescribeClusterResponse(clusterID: store.state.clusterID, broker: address))
        case .initProducerID: initProducerID(try InitProducerIDRequest(from: &body), call)
        case .findCoordinator: call.send(findCoordinator(try FindCoordinatorRequest(from: &body)))
        default: try answerGroups(call, &body)
        }
    }

    private func answerGroups(_ call: Call, _ body: inout WireReader) throws(WireError) {
        switch call.key {
        case .joinGroup:
            let request = try JoinGroupRequest(from: &body)
            let reply = call.reply()
            groups.join(request, version: call.header.version, client: call.client) { reply.send($0) }
        case .syncGroup:
            let request = try SyncGroupRequest(from: &body)
            let reply = call.reply()
            groups.sync(request) { [unowned self] response in whenSafe { reply.send(response) } }
        case .heartbeat:
            call.send(ErrorResponse(error: groups.heartbeat(try HeartbeatRequest(from: &body)), throttleSince: 1))
        case .leaveGroup: call.send(groups.leave(try LeaveGroupRequest(from: &body)))
        case .offsetCommit: offsetCommit(try OffsetCommitRequest(from: &body), call)
        case .offsetFetch: call.send(groups.offsets(try OffsetFetchRequest(from: &body)))
        case .describeGroups: call.send(groups.describe(try DescribeGroupsRequest(from: &body)))
        case .listGroups: call.send(groups.list(try ListGroupsRequest(from: &body)))
        default: try answerAdministration(call, &body)
        }
    }

    private func answerAdministration(_ call: Call, _ body: inout WireReader) throws(WireError) {
        switch call.key {
        case .createTopics: createTopics(try CreateTopicsRequest(from: &body), call)
        case .deleteTopics: deleteTopics(try DeleteTopicsRequest(from: &body), call)
        case .describeConfigs: call.send(describeConfigs(try DescribeConfigsRequest(from: &body)))
        default: preconditionFailure("every API that is offered is answered")
        }
    }

    private func apiVersions(_ request: ApiVersionsRequest, _ call: Call) -> ApiVersionsResponse {
        let isValid = call.header.version < 3 || request.isValid
        return ApiVersionsResponse(error: isValid ? .none : .invalidRequest)
    }

    private func findCoordinator(_ request: FindCoordinatorRequest) -> FindCoordinatorResponse {
        let error: KafkaErrorCode = (0...1).contains(request.keyType) ? .none : .invalidRequest
        return FindCoordinatorResponse(keys: request.keys, error: error, broker: address)
    }

    private func initProducerID(_ request: InitProducerIDRequest, _ call: Call) {
        let reply = call.reply()
        guard request.transactionalID == nil else {
            return reply.send(InitProducerIDResponse(error: .invalidRequest))
        }
        do {
            let id = try store.newProducerID()
            whenSafe { reply.send(InitProducerIDResponse(error: .none, producerID: id, producerEpoch: 0)) }
        } catch {
            Self.logger.warning("no producer id given", ["reason": "\(error)"])
            reply.send(InitProducerIDResponse(error: .coordinatorNotAvailable))
        }
    }
}
