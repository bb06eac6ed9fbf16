internal import HTTPServer
internal import JSON
internal import Primitives

/// The description of our routes, OpenAPI 3.1, made of the routes themselves.
struct OpenAPIDocument {
    let operations: [Operation]

    var json: JSONValue {
        var paths = JSONObject()
        for operation in operations {
            var path = paths[operation.path]?.objectValue ?? JSONObject()
            path[operation.method.rawValue.lowercased()] = describe(operation)
            paths[operation.path] = .object(path)
        }
        return [
            "openapi": "3.1.0",
            "info": ["title": "Martlet", "version": .string(ProductVersion.current)],
            "paths": .object(paths),
            "components": ["schemas": ["Error": Self.errorSchema]],
        ]
    }

    private static let errorSchema: JSONValue = [
        "type": "object",
        "required": ["error"],
        "properties": [
            "error": [
                "type": "object",
                "required": ["code", "message", "request_id"],
                "properties": [
                    "code": ["type": "string"], "message": ["type": "string"], "request_id": ["type": "string"],
                ],
            ]
        ],
    ]

    private func describe(_ operation: Operation) -> JSONValue {
        var description: JSONObject = [
            "summary": .string(operation.summary),
            "parameters": .array(placeholders(operation.path) + operation.query.map { parameter($0, in: "query") }),
        ]
        if !operation.body.isEmpty { description["requestBody"] = body(operation.body) }
        description["responses"] = [
            "2XX": ["description": "What was asked for"],
            "default": [
                "description": "What failed, and what to do",
                "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
            ],
        ]
        return .object(description)
    }

    private func placeholders(_ path: String) -> [JSONValue] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            parameter(.required(String(part.dropFirst().dropLast()), "string", ""), in: "path")
        }
    }

    private func parameter(_ field: Operation.Field, in place: String) -> JSONValue {
        [
            "name": .string(field.name), "in": .string(place), "required": .bool(field.isRequired),
            "description": .string(field.description), "schema": ["type": .string(field.type)],
        ]
    }

    private func body(_ fields: [Operation.Field]) -> JSONValue {
        let properties = fields.map { field -> (String, JSONValue) in
            (field.name, ["type": .string(field.type), "description": .string(field.description)])
        }
        let schema: JSONValue = [
            "type": "object",
            "required": .array(fields.filter(\.isRequired).map { .string($0.name) }),
            "properties": .object(JSONObject(properties)),
        ]
        return ["required": true, "content": ["application/json": ["schema": schema]]]
    }
}
