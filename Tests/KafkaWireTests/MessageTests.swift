import KafkaWire
import Testing

struct MessageTests {
    @Test func everyOfferedVersionKnowsItsHeader() throws {
        for key in ApiKey.allCases {
            for version in key.versions {
                var writer = WireWriter(version: version, flexible: false)
                writer.int16(key.rawValue)
                writer.int16(version)
                writer.int32(77)
                writer.string("client")
                if key.isFlexible(version) { writer.unsignedVarint(0) }
                let bytes = writer.bytes
                try bytes.withUnsafeBytes { raw in
                    var reader = WireReader(raw)
                    let header = try RequestHeader(from: &reader)
                    #expect(header.key == key)
                    #expect(header.correlationID == 77)
                    #expect(header.clientID == "client")
                    #expect(header.bodyReader(reader).remaining == 0)
                }
            }
        }
    }

    @Test func theAnswerToApiVersionsHasAPlainHeader() throws {
        var writer = WireWriter(version: 3)
        writer.int16(18)
        writer.int16(3)
        writer.int32(5)
        writer.string(nil)
        writer.unsignedVarint(0)
        let response = try writer.bytes.withUnsafeBytes { raw in
            var reader = WireReader(raw)
            var answer = try RequestHeader(from: &reader).responseWriter()
            ApiVersionsResponse(error: .none).encode(into: &answer)
            return answer.bytes
        }
        // Length, correlation id, error, then the compact count of APIs: no tags between header and body.
        #expect(response[4..<8].elementsEqual([0, 0, 0, 5]))
        #expect(response[8..<10].elementsEqual([0, 0]))
        #expect(Int(response[10]) == ApiKey.allCases.count + 1)
        // The last byte ends the body without tagged fields.
        #expect(response.last == 0)
    }

    @Test func produceIsAnnouncedFromZero() {
        #expect(ApiKey.produce.advertisedVersions.lowerBound == 0)
        #expect(ApiKey.produce.versions.lowerBound == 3)
    }

    @Test func aFetchAnswerSaysWhereItsRecordsBelong() {
        var first = FetchResponse.Partition(index: 0)
        first.recordBytes = 10
        let second = FetchResponse.Partition(index: 1)
        var third = FetchResponse.Partition(index: 2)
        third.recordBytes = 20
        let response = FetchResponse(topics: [.init(name: "t", partitions: [first, second, third])])
        var writer = WireWriter(version: 12, flexible: true)
        let splices = response.encodeForSplicing(into: &writer)
        #expect(splices.count == 2)
        #expect(writer.bytes[splices[0] - 1] == 11)
        #expect(writer.bytes[splices[1] - 1] == 21)
    }

    /// Whatever the bytes, a decoder gives a value or an error.
    @Test func noBytesBringADecoderDown() {
        var generator = SeededGenerator(seed: 0x5EED)
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...200, using: &generator)
            let bytes = (0..<count).map { _ in
                UInt8.random(in: 0...255, using: &generator) & (Bool.random(using: &generator) ? 0x07 : 0xFF)
            }
            for key in ApiKey.allCases {
                let version = Int16.random(in: key.versions, using: &generator)
                bytes.withUnsafeBytes { raw in
                    var reader = WireReader(raw, version: version, flexible: key.isFlexible(version))
                    _ = try? decode(key, &reader)
                    #expect(reader.position <= count)
                }
            }
        }
    }

    // One line per API.
    private func decode(_ key: ApiKey, _ reader: inout WireReader) throws(WireError) -> any WireRequest {
        switch key {
        case .produce: try ProduceRequest(from: &reader)
        case .fetch: try FetchRequest(from: &reader)
        case .listOffsets: try ListOffsetsRequest(from: &reader)
        case .metadata: try MetadataRequest(from: &reader)
        case .offsetCommit: try OffsetCommitRequest(from: &reader)
        case .offsetFetch: try OffsetFetchRequest(from: &reader)
        case .findCoordinator: try FindCoordinatorRequest(from: &reader)
        case .joinGroup: try JoinGroupRequest(from: &reader)
        case .heartbeat: try HeartbeatRequest(from: &reader)
        case .leaveGroup: try LeaveGroupRequest(from: &reader)
        case .syncGroup: try SyncGroupRequest(from: &reader)
        case .describeGroups: try DescribeGroupsRequest(from: &reader)
        case .listGroups: try ListGroupsRequest(from: &reader)
        case .saslHandshake: try SaslHandshakeRequest(from: &reader)
        case .apiVersions: try ApiVersionsRequest(from: &reader)
        case .createTopics: try CreateTopicsRequest(from: &reader)
        case .deleteTopics: try DeleteTopicsRequest(from: &reader)
        case .deleteRecords: try DeleteRecordsRequest(from: &reader)
        case .initProducerID: try InitProducerIDRequest(from: &reader)
        case .offsetForLeaderEpoch: try OffsetForLeaderEpochRequest(from: &reader)
        case .addPartitionsToTransaction: try AddPartitionsToTransactionRequest(from: &reader)
        case .addOffsetsToTransaction: try AddOffsetsToTransactionRequest(from: &reader)
        case .endTransaction: try EndTransactionRequest(from: &reader)
        case .transactionOffsetCommit: try TransactionOffsetCommitRequest(from: &reader)
        case .describeConfigs: try DescribeConfigsRequest(from: &reader)
        case .alterConfigs: try AlterConfigsRequest(from: &reader)
        case .describeLogDirectories: try DescribeLogDirectoriesRequest(from: &reader)
        case .saslAuthenticate: try SaslAuthenticateRequest(from: &reader)
        case .createPartitions: try CreatePartitionsRequest(from: &reader)
        case .deleteGroups: try DeleteGroupsRequest(from: &reader)
        case .incrementalAlterConfigs: try AlterConfigsRequest(from: &reader, incremental: true)
        case .offsetDelete: try OffsetDeleteRequest(from: &reader)
        case .describeCluster: try DescribeClusterRequest(from: &reader)
        case .describeProducers: try DescribeProducersRequest(from: &reader)
        case .describeTransactions: try DescribeTransactionsRequest(from: &reader)
        case .listTransactions: try ListTransactionsRequest(from: &reader)
        }
    }
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
