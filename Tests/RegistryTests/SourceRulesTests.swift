import Testing

@testable import Registry

@Suite struct SourceRulesTests {
    private let fixture: RegistryFixture

    init() async throws {
        fixture = try await RegistryFixture()
        try await fixture.register("rain", versions: 1)
        _ = try await fixture.registry.createModel("copy")
    }

    @Test(
        arguments: [
            ("models:/m-1", nil, "m-1", "mlflow-artifacts:/0/models/m-1/artifacts"),
            ("mlflow-artifacts:/0/models/m-1/artifacts/x", nil, "m-1", "mlflow-artifacts:/0/models/m-1/artifacts/x"),
            ("runs:/r1/model", "r1", nil, "mlflow-artifacts:/0/r1/artifacts/model"),
            ("runs:/unknown/model", "unknown", nil, "runs:/unknown/model"),
            ("mlflow-artifacts:/0/r1/artifacts/model", "r1", nil, "mlflow-artifacts:/0/r1/artifacts/model"),
            (
                "http://h:1/api/2.0/mlflow-artifacts/artifacts/0/r1/artifacts/m", "r1", nil,
                "mlflow-artifacts:/0/r1/artifacts/m"
            ),
            ("s3://bucket/model", nil, nil, "s3://bucket/model"),
            ("file:///models/r3/artifacts/model/..", "r3", nil, "file:///models/r3/artifacts"),
            ("/models/r3/artifacts/a/../b", "r3", nil, "/models/r3/artifacts/b"),
            ("file://localhost/models/r3/artifacts", "r3", nil, "file://localhost/models/r3/artifacts"),
            ("models:/rain/1", nil, nil, "mlflow-artifacts:/0/models/m-1/artifacts"),
            ("models:/rain/latest", nil, nil, "mlflow-artifacts:/0/models/m-1/artifacts"),
        ] as [(String, String?, String?, String)]
    )
    func sourcesOfTheirOwnRunOrModelAreTaken(
        source: String,
        run: String?,
        model: String?,
        location: String
    ) async throws {
        let draft = fixture.draft("copy", source, run: run, model: model)
        #expect(try await fixture.registry.createVersion(draft).location == location)
    }

    @Test(
        arguments: [
            ("/etc/passwd", nil, nil), ("file:///etc/passwd", "r1", nil), ("http://169.254.169.254/latest", "r1", nil),
            ("https://example.org/model", nil, nil), ("ftp://host/model", "r1", nil), ("models:/m-1", nil, nil),
            ("models:/m-2", nil, "m-1"), ("runs:/r1/model", nil, nil), ("runs:/r1/model", "r2", nil),
            ("runs:/r1/model", "r1", "m-1"), ("mlflow-artifacts:/0/r2/artifacts", "r1", nil),
            ("mlflow-artifacts:/0/r1/artifactsX", "r1", nil), ("mlflow-artifacts:/0/r1/artifacts/../../r2", "r1", nil),
            ("mlflow-artifacts:/0/r1/artifacts/%252e%252e/x", "r1", nil), ("s3://bucket/../x", nil, nil),
            ("s3://bucket/\u{0}", nil, nil), ("models:/none/1", nil, nil), ("dummy-source", nil, nil),
            ("file:///models/r3/artifacts/../../r1", "r3", nil), ("/models/r3/artifacts/..", "r3", nil),
            ("/models/r3/artifacts/%2e%2e/x", "r3", nil), ("/../models/r3/artifacts", "r3", nil),
        ] as [(String, String?, String?)]
    )
    func otherSourcesAreRefused(source: String, run: String?, model: String?) async throws {
        let draft = fixture.draft("copy", source, run: run, model: model)
        let error = await #expect(throws: RegistryError.self) { try await fixture.registry.createVersion(draft) }
        #expect(
            error?.message.hasPrefix("Invalid model version source: '\(source)'.") == true
                || error?.message.hasPrefix("'source' cannot use the '") == true || error?.code == .doesNotExist
        )
    }

    @Test func aFileOfAnotherMachineIsNamedAsSuch() async throws {
        let draft = fixture.draft("copy", "file://123.456.789.123/path", run: "r3")
        let error = await #expect(throws: RegistryError.self) { try await fixture.registry.createVersion(draft) }
        #expect(error?.code == .remoteFile)
        #expect(error?.message.contains("is not a valid remote uri") == true)
    }

    @Test(arguments: [("runs:/r1/model", "r1", nil), ("models:/m-1", nil, "m-1")] as [(String, String?, String?)])
    func aSourceThatIsPurgedMeanwhileIsRefused(source: String, run: String?, model: String?) async throws {
        let late = try await RegistryFixture(purgedMeanwhile: ["r1", "m-1"])
        _ = try await late.registry.createModel("late")
        await #expect(throws: RegistryError.self) {
            try await late.registry.createVersion(late.draft("late", source, run: run, model: model))
        }
        #expect(try await late.registry.versions(of: "late").isEmpty)
        #expect(try await late.registry.locationsInUse().isEmpty)
    }

    @Test func aCopyNamesTheVersionThatItIsACopyOf() async throws {
        try await fixture.registry.setAlias("champion", of: "rain", to: 1)
        let copy = try await fixture.registry.createVersion(fixture.draft("copy", "models:/rain@champion"))
        #expect(copy.source == "models:/rain/1")
        #expect(copy.run == "r1")
        #expect(copy.loggedModel == "m-1")
    }
}
