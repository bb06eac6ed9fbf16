internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Telemetry

extension Broker {
    /// One partition that a request wrote to.
    private struct Written {
        let topic: Int
        let partition: Int
        let log: PartitionLog
    }

    /// Appends records and answers when they are safe.
    ///
    /// - Throws: ``WireError`` when the request cannot be read.
    func produce(_ call: Call, _ body: inout WireReader) throws(WireError) {
        // Whatever could be read was read, and its batches checked, on the thread of its socket.
        guard let checked = call.frame.produce else {
            _ = try ProduceRequest(from: &body)
            preconditionFailure("a request that can be read was read")
        }
        let request = checked.request
        var batches = checked.batches.makeIterator()
        let reply = request.acks == 0 ? nil : call.reply()
        var response = ProduceResponse(topics: [])
        var written: [Written] = []
        let now = WallClock.nowMilliseconds()
        for (topicIndex, topic) in request.topics.enumerated() {
            var outcomes: [ProduceResponse.Partition] = []
            for partition in topic.partitions {
                guard let batch = batches.next() else { preconditionFailure("each partition's batch was checked") }
                do throws(BatchRefusal) {
                    let (outcome, log) = try append(partition, batch, topic.name, request, call, now)
                    written.append(Written(topic: topicIndex, partition: outcomes.count, log: log))
                    outcomes.append(outcome)
                } catch {
                    outcomes.append(refused(partition, topic.name, error, hasReply: reply != nil))
                }
            }
            response.topics.append(ProduceResponse.Topic(name: topic.name, partitions: outcomes))
        }
        guard let reply else { return }
        guard !written.isEmpty else { return reply.send(response) }
        whenSafe { reply.send(Self.confirmed(response, written)) }
    }

    /// The outcome when the flush is over: a partition that went offline meanwhile has not kept its records.
    private static func confirmed(_ response: ProduceResponse, _ written: [Written]) -> ProduceResponse {
        guard written.contains(where: { $0.log.failure != nil }) else { return response }
        var response = response
        for place in written where place.log.failure != nil {
            let index = response.topics[place.topic].partitions[place.partition].index
            response.topics[place.topic].partitions[place.partition] = ProduceResponse.Partition(
                index: index,
                error: .storageError,
                message: "the records could not be flushed to the disk"
            )
        }
        return response
    }

    private func refused(
        _ partition: ProduceRequest.Partition,
        _ topic: String,
        _ refusal: BatchRefusal,
        hasReply: Bool
    ) -> ProduceResponse.Partition {
        if !hasReply || refusal.code == .storageError {
            Self.logger.warning(
                "records refused",
                ["topic": topic, "partition": "\(partition.index)", "reason": refusal.message]
            )
        }
        return ProduceResponse.Partition(index: partition.index, error: refusal.code, message: refusal.message)
    }

    private func append(
        _ partition: ProduceRequest.Partition,
        _ batch: Result<BatchFacts, BatchRefusal>,
        _ topic: String,
        _ request: ProduceRequest,
        _ call: Call,
        _ now: Int64
    ) throws(BatchRefusal) -> (ProduceResponse.Partition, PartitionLog) {
        guard (-1...1).contains(request.acks) else {
            throw BatchRefusal(.invalidRequiredAcks, "acks is \(request.acks), which is none of -1, 0 and 1")
        }
        guard let log = store.partition(topic, partition.index) else {
            throw BatchRefusal(.unknownTopicOrPartition, "there is no such partition")
        }
        let requirements = BatchRequirements(
            maximumBytes: log.settings.maximumMessageBytes,
            keysRequired: log.settings.cleanupPolicy.compacts,
            timestamps: log.settings.usesAppendTime ? Int64.min...Int64.max : log.settings.timestamps(at: now),
            allowsZstandard: call.header.version >= 7
        )
        let facts = try batch.get()
        try facts.check(requirements)
        guard let range = partition.records else { preconditionFailure("a batch that was checked has bytes") }
        // The range was read from the same frame, header included, so it lies within it.
        let bytes = UnsafeMutableRawBufferPointer(rebasing: call.frame.bytes[range])
        let header = facts.header
        try checkTransaction(header, request.transactionalID, TopicPartition(topic: topic, index: partition.index), log)
        let appended = try log.append(bytes, header, now: now)
        noteAppend(log, topic, header, appended)
        let outcome = ProduceResponse.Partition(
            index: partition.index,
            error: .none,
            baseOffset: appended.baseOffset,
            logAppendTime: appended.appendTime,
            logStartOffset: log.logStartOffset
        )
        return (outcome, log)
    }

    private func noteAppend(_ log: PartitionLog, _ topic: String, _ header: RecordBatchHeader, _ appended: Appended) {
        guard !appended.isDuplicate else { return }
        wrote(to: log)
        let counters = metrics.counters(of: topic)
        counters.bytesIn.increment(by: header.totalBytes)
        counters.recordsIn.increment(by: Int(header.recordCount))
    }

    private func checkTransaction(
        _ header: RecordBatchHeader,
        _ transactionalID: String?,
        _ partition: TopicPartition,
        _ log: PartitionLog
    ) throws(BatchRefusal) {
        if header.isTransactional {
            if let refusal = transactions.refusal(of: header, transactionalID, partition) { throw refusal }
        } else if header.producerID >= 0, log.openTransactionEpoch(of: header.producerID) != nil {
            throw BatchRefusal(.invalidTransactionState, "the producer has a transaction open in the partition")
        }
    }
}
