internal import KafkaWire
internal import LogStorage
internal import Telemetry

extension Broker {
    /// Reads the body and calls the method of its API.
    func answer(_ call: Call, _ body: inout WireReader) throws(WireError) {
        switch call.key {
        case .produce: try produce(call, &body)
        case .fetch: fetch(try FetchRequest(from: &body), call)
        case .listOffsets: call.send(listOffsets(try ListOffsetsRequest(from: &body)))
        case .metadata: metadata(try MetadataRequest(from: &body), call)
        case .apiVersions: call.send(apiVersions(try ApiVersionsRequest(from: &body), call))
        case .describeCluster:
            _ = try DescribeClusterRequest(from: &body)
            call.send(DescribeClusterResponse(clusterID: store.state.clusterID, broker: address))
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
        case .createPartitions: createPartitions(try CreatePartitionsRequest(from: &body), call)
        case .deleteRecords: deleteRecords(try DeleteRecordsRequest(from: &body), call)
        case .describeConfigs: call.send(describeConfigs(try DescribeConfigsRequest(from: &body)))
        case .alterConfigs: alterConfigs(try AlterConfigsRequest(from: &body), replacing: true, call)
        case .incrementalAlterConfigs:
            alterConfigs(try AlterConfigsRequest(from: &body, incremental: true), replacing: false, call)
        case .deleteGroups:
            let response = groups.delete(try DeleteGroupsRequest(from: &body))
            let reply = call.reply()
            whenSafe { reply.send(response) }
        case .offsetDelete:
            let response = groups.deleteOffsets(try OffsetDeleteRequest(from: &body))
            let reply = call.reply()
            whenSafe { reply.send(response) }
        case .offsetForLeaderEpoch: call.send(epochEnds(try OffsetForLeaderEpochRequest(from: &body)))
        case .describeLogDirectories: call.send(logDirectories(try DescribeLogDirectoriesRequest(from: &body)))
        case .describeProducers: call.send(producers(try DescribeProducersRequest(from: &body)))
        default: try answerTransactions(call, &body)
        }
    }

    private func answerTransactions(_ call: Call, _ body: inout WireReader) throws(WireError) {
        let version = call.header.version
        switch call.key {
        case .initProducerID: initProducerID(try InitProducerIDRequest(from: &body), call)
        case .addPartitionsToTransaction:
            let request = try AddPartitionsToTransactionRequest(from: &body)
            let reply = call.reply()
            transactions.addPartitions(request, version: version) {
                reply.send(PartitionErrorsResponse($0, throttleSince: 0))
            }
        case .addOffsetsToTransaction:
            let request = try AddOffsetsToTransactionRequest(from: &body)
            let reply = call.reply()
            transactions.addOffsets(request, version: version) {
                reply.send(ErrorResponse(error: $0, throttleSince: 0))
            }
        case .endTransaction:
            let request = try EndTransactionRequest(from: &body)
            let reply = call.reply()
            transactions.end(request, version: version) { reply.send(ErrorResponse(error: $0, throttleSince: 0)) }
        case .transactionOffsetCommit: stageOffsets(try TransactionOffsetCommitRequest(from: &body), call)
        case .describeTransactions:
            call.send(transactions.describe(try DescribeTransactionsRequest(from: &body)))
        case .listTransactions: call.send(transactions.list(try ListTransactionsRequest(from: &body)))
        default: try answerAuthentication(call, &body)
        }
    }

    private func stageOffsets(_ request: TransactionOffsetCommitRequest, _ call: Call) {
        let reply = call.reply()
        var (errors, offsets) = groups.prepareStaging(request) { [store] in store.partition($0.topic, $0.index) != nil }
        guard !offsets.isEmpty else { return reply.send(PartitionErrorsResponse(errors, throttleSince: 0)) }
        transactions.stageOffsets(request, offsets) { error in
            if error != .none { errors.replaceSuccess(with: error) }
            reply.send(PartitionErrorsResponse(errors, throttleSince: 0))
        }
    }

    private func answerAuthentication(_ call: Call, _ body: inout WireReader) throws(WireError) {
        switch call.key {
        case .saslHandshake: handshake(try SaslHandshakeRequest(from: &body), call)
        case .saslAuthenticate: authenticate(try SaslAuthenticateRequest(from: &body), call)
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
        if let id = request.transactionalID {
            return transactions.initialize(id, request) { reply.send($0) }
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
