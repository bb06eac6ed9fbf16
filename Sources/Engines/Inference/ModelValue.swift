internal import COnnxRuntime

/// The type of a tensor's elements, with ONNX's numbers.
package enum ElementType: Int32, Sendable {
    case undefined = 0
    case float = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case string = 8
    case bool = 9
    case float16 = 10
    case double = 11
    case uint32 = 12
    case uint64 = 13
}

/// An input or an output of a model.
package struct ModelValue: Sendable, Hashable {
    /// What kind of value it is.
    package enum Kind: Sendable, Hashable {
        /// Numbers or strings in a shape; -1 is a dimension that is free, as the number of rows is.
        case tensor(ElementType, shape: [Int64])
        /// A list, as classifiers give with skl2onnx's `zipmap`: one map from class to probability a row.
        case sequence
        /// Something that is not scored here.
        case other
    }

    /// The name in the model.
    package let name: String
    /// What it holds.
    package let kind: Kind
}

extension ModelValue {
    /// Reads the description of a value; frees `info`.
    init(name: String, info: OpaquePointer, functions: martlet_ort_functions) throws(InferenceError) {
        defer { ort_release_type(functions, info) }
        var kind: Int32 = 0
        try check(ort_type_kind(functions, info, &kind), functions)
        switch kind {
        case 1: self.init(name: name, kind: try ModelValue.tensor(info, functions))
        case 2: self.init(name: name, kind: .sequence)
        default: self.init(name: name, kind: .other)
        }
    }

    private static func tensor(
        _ info: OpaquePointer,
        _ functions: martlet_ort_functions
    ) throws(InferenceError) -> Kind {
        var tensor: OpaquePointer?
        try check(ort_tensor_info(functions, info, &tensor), functions)
        var element: Int32 = 0
        try check(ort_element_type(functions, tensor, &element), functions)
        var rank = 0
        try check(ort_rank(functions, tensor, &rank), functions)
        guard rank <= 8 else { return .other }
        var shape = [Int64](repeating: -1, count: rank)
        try check(ort_dimensions(functions, tensor, &shape, rank), functions)
        return .tensor(ElementType(rawValue: element) ?? .undefined, shape: shape)
    }
}
