internal import KafkaWire

extension FuzzTarget {
    /// A frame from the port of the log: the header, and the body of each API at each version.
    static let kafkaRequest = FuzzTarget(name: "kafka-request") { bytes in
        do throws(WireError) {
            var reader = WireReader(bytes)
            let header = try RequestHeader(from: &reader)
            guard let key = header.key, key.versions.contains(header.version) else { return }
            var body = header.bodyReader(reader)
            try key.decode(&body)
            precondition(body.position <= bytes.count, "a decoder read beyond the frame")
        } catch {
            precondition(!error.message.isEmpty, "a refusal says why")
        }
    }

    /// A record batch as a producer sends it, opened where it is compressed; its checksum is set right, or hardly any
    /// bytes would come further.
    static let recordBatch = FuzzTarget(name: "record-batch") { bytes in
        var batch = Array(bytes)
        if batch.count >= RecordBatchHeader.byteCount {
            let checksum = batch.withUnsafeBytes { RecordBatch.checksum($0) }
            withUnsafeBytes(of: checksum.bigEndian) { batch.replaceSubrange(17..<21, with: $0) }
        }
        batch.withUnsafeBytes { bytes in
            let requirements = BatchRequirements(
                maximumBytes: 1 << 20,
                keysRequired: false,
                timestamps: .min ... .max,
                allowsZstandard: true
            )
            guard let header = try? RecordBatch.validate(bytes, requirements) else { return }
            do throws(BatchRefusal) {
                try RecordBatch.withRecords(of: bytes, header, limit: 1 << 20) { walk($0, header) }
            } catch {
                precondition(header.codec != 0, "an accepted batch cannot be read: \(error.message)")
            }
        }
    }

    /// What was opened must be walkable from the first record to the last.
    private static func walk(_ records: UnsafeRawBufferPointer, _ header: RecordBatchHeader) {
        var walker = RecordWalker(records)
        var count = 0
        while let record = walker.next() {
            precondition(record.start <= record.end && record.end <= records.count, "a record lies outside its batch")
            count += 1
        }
        precondition(walker.isAtEnd && count == Int(header.recordCount), "an accepted batch cannot be read")
    }
}

extension ApiKey {
    /// Reads a body as the API has it.
    fileprivate func decode(_ body: inout WireReader) throws(WireError) {
        switch self {
        case .produce: _ = try ProduceRequest(from: &body)
        case .fetch: _ = try FetchRequest(from: &body)
        case .listOffsets: _ = try ListOffsetsRequest(from: &body)
        case .metadata: _ = try MetadataRequest(from: &body)
        case .offsetCommit: _ = try OffsetCommitRequest(from: &body)
        case .offsetFetch: _ = try OffsetFetchRequest(from: &body)
        case .findCoordinator: _ = try FindCoordinatorRequest(from: &body)
        case .joinGroup: _ = try JoinGroupRequest(from: &body)
        case .heartbeat: _ = try HeartbeatRequest(from: &body)
        case .leaveGroup: _ = try LeaveGroupRequest(from: &body)
        case .syncGroup: _ = try SyncGroupRequest(from: &body)
        case .describeGroups: _ = try DescribeGroupsRequest(from: &body)
        case .listGroups: _ = try ListGroupsRequest(from: &body)
        case .saslHandshake: _ = try SaslHandshakeRequest(from: &body)
        case .apiVersions: _ = try ApiVersionsRequest(from: &body)
        case .createTopics: _ = try CreateTopicsRequest(from: &body)
        case .deleteTopics: _ = try DeleteTopicsRequest(from: &body)
        case .deleteRecords: _ = try DeleteRecordsRequest(from: &body)
        case .initProducerID: _ = try InitProducerIDRequest(from: &body)
        case .offsetForLeaderEpoch: _ = try OffsetForLeaderEpochRequest(from: &body)
        default: try decodeAdministration(&body)
        }
    }

    private func decodeAdministration(_ body: inout WireReader) throws(WireError) {
        switch self {
        case .addPartitionsToTransaction: _ = try AddPartitionsToTransactionRequest(from: &body)
        case .addOffsetsToTransaction: _ = try AddOffsetsToTransactionRequest(from: &body)
        case .endTransaction: _ = try EndTransactionRequest(from: &body)
        case .transactionOffsetCommit: _ = try TransactionOffsetCommitRequest(from: &body)
        case .describeConfigs: _ = try DescribeConfigsRequest(from: &body)
        case .alterConfigs: _ = try AlterConfigsRequest(from: &body)
        case .incrementalAlterConfigs: _ = try AlterConfigsRequest(from: &body, incremental: true)
        case .describeLogDirectories: _ = try DescribeLogDirectoriesRequest(from: &body)
        case .saslAuthenticate: _ = try SaslAuthenticateRequest(from: &body)
        case .createPartitions: _ = try CreatePartitionsRequest(from: &body)
        case .deleteGroups: _ = try DeleteGroupsRequest(from: &body)
        case .offsetDelete: _ = try OffsetDeleteRequest(from: &body)
        case .describeCluster: _ = try DescribeClusterRequest(from: &body)
        case .describeProducers: _ = try DescribeProducersRequest(from: &body)
        case .describeTransactions: _ = try DescribeTransactionsRequest(from: &body)
        case .listTransactions: _ = try ListTransactionsRequest(from: &body)
        default: preconditionFailure("API \(self) has no decoder here: add it")
        }
    }
}
