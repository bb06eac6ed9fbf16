// swift-tools-version: 6.2
import PackageDescription

// A target is a room and a folder its layer; arrows only point down (docs/architecture.md).

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

let cSettings: [CSetting] = [.unsafeFlags(["-O2"], .when(configuration: .debug))]

/// A Swift target in `Sources/<layer>/<name>`.
func target(_ layer: String, _ name: String, _ dependencies: [String]) -> Target {
    .target(
        name: name,
        dependencies: dependencies.map { .byName(name: $0) },
        path: "Sources/\(layer)/\(name)",
        swiftSettings: swiftSettings
    )
}

/// The tests of one target, in `Tests/<name>Tests`.
func tests(_ name: String, _ dependencies: [String] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: ([name, "TestSupport"] + dependencies).map { .byName(name: $0) },
        path: "Tests/\(name)Tests",
        resources: resources,
        swiftSettings: swiftSettings
    )
}

/// A C library of Debian's, found through pkg-config.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let base = ["Primitives", "Telemetry", "Execution", "Files", "JSON"]

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"])
    ],
    targets: [
        // C libraries and the thinnest shims over them
        .target(name: "CPlatform", path: "Sources/C/CPlatform", cSettings: cSettings),

        .target(
            name: "CSIMDJSON",
            path: "Sources/C/CSIMDJSON",
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]
        ),

        .target(
            name: "CCompression",
            path: "Sources/C/CCompression",
            cSettings: cSettings,
            linkerSettings: ["z", "lz4", "zstd", "snappy"].map { .linkedLibrary($0) }
        ),

        library("CMicroHTTPDLibrary", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        .target(name: "CMicroHTTPD", dependencies: ["CMicroHTTPDLibrary"], path: "Sources/C/CMicroHTTPD"),

        library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),

        library("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),

        library("CRdKafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),

        library("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
        library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),

        library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),

        library("CCurlLibrary", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        .target(name: "CCurl", dependencies: ["CCurlLibrary"], path: "Sources/C/CCurl"),

        .target(name: "CDuckDB", path: "Sources/C/CDuckDB"),

        .target(name: "COnnxRuntime", path: "Sources/C/COnnxRuntime"),

        .target(name: "CWebAssets", path: "Sources/C/CWebAssets"),

        // Base: knows the operating system
        target("Base", "Primitives", ["CPlatform", "CSodium", "CCrypto"]),

        target("Base", "Telemetry", ["Primitives"]),

        target("Base", "Execution", ["Primitives", "Telemetry", "CPlatform"]),

        target("Base", "Files", ["Primitives", "CPlatform"]),

        target("Base", "JSON", ["Primitives", "CSIMDJSON"]),

        target("Base", "YAML", ["Primitives", "JSON", "CYAML"]),

        // Engines: know no domain word and no route
        target("Engines", "KafkaWire", ["Primitives", "CPlatform", "CCompression"]),

        target("Engines", "LogStorage", base + ["KafkaWire", "CPlatform"]),

        target("Engines", "Streams", base + ["CRdKafka"]),

        target("Engines", "HTTPServer", base + ["CMicroHTTPD"]),

        target("Engines", "HTTPClient", base + ["CCurl"]),

        target("Engines", "SQLStore", base + ["CSQLite", "CPostgres"]),

        target("Engines", "Filters", ["Primitives", "SQLStore"]),

        target("Engines", "BlobStore", base + ["HTTPClient", "CPlatform"]),

        target("Engines", "Lake", base + ["CDuckDB"]),

        target("Engines", "Inference", base + ["COnnxRuntime"]),

        target("Engines", "Statistics", ["Primitives"]),

        target("Engines", "Reports", base + ["Statistics", "Lake"]),

        target("Engines", "Processes", base + ["CPlatform"]),

        // Domains: the product; none imports another, none knows HTTP or Kafka's wire
        target("Domains", "Tracking", base + ["SQLStore", "Filters", "BlobStore"]),

        target("Domains", "Registry", base + ["SQLStore", "Filters"]),

        target("Domains", "Trash", base),

        target("Domains", "Webhooks", base + ["SQLStore", "Filters", "HTTPClient"]),

        target("Domains", "Catalogue", base + ["SQLStore", "Streams", "Lake"]),

        target("Domains", "Pipelines", base + ["YAML", "SQLStore", "Processes"]),

        target("Domains", "Scoring", base + ["YAML", "Streams", "Inference"]),

        target("Domains", "Monitoring", base + ["SQLStore", "Streams", "Statistics"]),

        target("Domains", "Retraining", base + ["SQLStore", "Statistics"]),

        target("Domains", "Access", base + ["SQLStore"]),

        // Edges: protocols and screens
        target("Edges", "Broker", base + ["KafkaWire", "LogStorage", "CPlatform"]),

        target("Edges", "MLflowAPI", base + ["HTTPServer", "BlobStore", "Tracking", "Registry", "Webhooks"]),

        target(
            "Edges",
            "MartletAPI",
            base + [
                "HTTPServer", "Streams", "Lake", "BlobStore", "Tracking", "Registry", "Trash", "Catalogue", "Pipelines",
                "Access", "Monitoring", "Reports",
            ]
        ),

        target("Edges", "WebUI", base + ["HTTPServer", "CWebAssets"]),

        target("Edges", "CommandLine", base + ["HTTPClient", "Lake", "Statistics", "Reports"]),

        // App: configuration to a graph of services, and the executable
        target(
            "App",
            "Composition",
            base + [
                "YAML", "LogStorage", "Streams", "HTTPServer", "HTTPClient", "SQLStore", "BlobStore", "Lake",
                "Inference", "Statistics", "Processes", "Tracking", "Registry", "Trash", "Webhooks", "Catalogue",
                "Pipelines", "Scoring", "Monitoring", "Retraining", "Access", "Broker", "MLflowAPI", "MartletAPI",
                "WebUI", "CommandLine", "Reports",
            ]
        ),

        .executableTarget(
            name: "martlet",
            dependencies: ["Execution", "CommandLine", "Composition"],
            path: "Sources/App/martlet",
            swiftSettings: swiftSettings
        ),

        // Decoders under bytes that nobody meant (Fuzz/)
        .target(
            name: "FuzzTargets",
            dependencies: ["KafkaWire", "JSON", "YAML", "Filters", "HTTPServer", "Lake", "Files", "Primitives"],
            path: "Fuzz/Targets",
            swiftSettings: swiftSettings
        ),

        // The kernels of Statistics, timed by bench/drift.py
        .executableTarget(
            name: "statistics-benchmark",
            dependencies: ["Statistics"],
            path: "bench/statistics",
            swiftSettings: swiftSettings
        ),

        // Tests
        .target(
            name: "TestSupport",
            dependencies: base.map { .byName(name: $0) },
            path: "Tests/Support",
            swiftSettings: swiftSettings
        ),

        .target(
            name: "SQLStoreTestSupport",
            dependencies: ["SQLStore", "Files", "Primitives"],
            path: "Tests/SQLStoreSupport",
            swiftSettings: swiftSettings
        ),

        .target(
            name: "StreamsTestSupport",
            dependencies: ["Streams", "CRdKafka", "Broker", "Telemetry", "TestSupport"],
            path: "Tests/StreamsSupport",
            swiftSettings: swiftSettings
        ),

        .target(
            name: "BlobStoreTestSupport",
            dependencies: ["BlobStore", "HTTPClient", "Processes", "Execution", "Files", "Primitives", "TestSupport"],
            path: "Tests/BlobStoreSupport",
            swiftSettings: swiftSettings
        ),

        tests("Primitives"),

        tests("Telemetry"),

        tests("Execution"),

        tests("Files"),

        tests("JSON"),

        tests("YAML"),

        tests("KafkaWire"),

        tests("LogStorage", ["KafkaWire"]),

        tests("Broker", ["KafkaWire", "LogStorage", "CPlatform", "Files"]),

        tests("Streams", ["Broker", "CRdKafka", "StreamsTestSupport"]),

        tests("HTTPServer"),

        tests("HTTPClient", ["HTTPServer"]),

        tests("SQLStore", ["SQLStoreTestSupport"]),

        tests("Filters", ["SQLStore"]),

        tests("BlobStore", ["BlobStoreTestSupport"]),

        tests("Lake", resources: [.copy("Golden")]),

        tests("Inference", resources: [.copy("Fixtures")]),

        tests("Statistics", ["JSON", "Files"], resources: [.copy("Golden")]),

        tests("Reports", ["Statistics", "Lake", "JSON", "Files"], resources: [.copy("Golden")]),

        tests("Processes"),

        tests("Tracking", ["SQLStore", "SQLStoreTestSupport", "BlobStore", "BlobStoreTestSupport"]),

        tests("Registry", ["SQLStore", "SQLStoreTestSupport"]),

        tests("Access", ["SQLStore"]),

        tests("Webhooks", ["SQLStore", "HTTPServer", "JSON", "Primitives"]),

        tests(
            "Catalogue",
            ["SQLStore", "SQLStoreTestSupport", "Lake", "Streams", "StreamsTestSupport", "Files", "JSON"]
        ),

        tests("Pipelines", ["YAML", "SQLStore", "SQLStoreTestSupport"]),

        tests("Scoring", ["Inference", "Streams", "StreamsTestSupport"]),

        tests(
            "Monitoring",
            [
                "SQLStore", "SQLStoreTestSupport", "Statistics", "Streams", "StreamsTestSupport", "Execution", "JSON",
                "Files",
            ]
        ),

        tests("Retraining", ["SQLStore", "SQLStoreTestSupport", "Statistics"]),

        tests(
            "MLflowAPI",
            ["HTTPServer", "Tracking", "Registry", "Webhooks", "SQLStore", "SQLStoreTestSupport", "BlobStore"],
            resources: [.copy("Golden")]
        ),

        tests(
            "MartletAPI",
            [
                "HTTPServer", "Streams", "Broker", "Lake", "Catalogue", "Tracking", "Registry", "Trash", "SQLStore",
                "SQLStoreTestSupport", "BlobStore", "MLflowAPI", "Execution", "Files", "JSON", "Access",
                "Monitoring",
            ]
        ),

        tests("WebUI", ["HTTPServer"]),

        tests("CommandLine", ["HTTPServer", "JSON"]),

        tests("Composition", ["Processes", "Monitoring", "Pipelines", "Retraining"]),

        tests("FuzzTargets", ["Execution", "Files"]),
    ],
    cLanguageStandard: .c2x,
    cxxLanguageStandard: .cxx17
)

// `scripts/fuzz.sh` builds this with libFuzzer, whose `main` it has: nothing for an ordinary build.
if Context.environment["MARTLET_FUZZ"] != nil {
    package.products.append(.executable(name: "martlet-fuzz", targets: ["martlet-fuzz"]))
    package.targets.append(
        .executableTarget(
            name: "martlet-fuzz",
            dependencies: ["FuzzTargets"],
            path: "Fuzz/Driver",
            swiftSettings: swiftSettings
        )
    )
}
