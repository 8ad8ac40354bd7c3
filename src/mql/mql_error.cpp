#include "mql/mql_error.hpp"

namespace tenon::mql {

std::string code_name(int mongo_code) {
    struct Row {
        int              code;
        std::string_view name;
    };
    static constexpr Row rows[] = {
        {code::bad_value, "BadValue"},
        {code::failed_to_parse, "FailedToParse"},
        {code::type_mismatch, "TypeMismatch"},
        {code::overflow, "Overflow"},
        {code::invalid_length, "InvalidLength"},
        {code::path_not_viable, "PathNotViable"},
        {code::conflicting_update_operators, "ConflictingUpdateOperators"},
        {code::dollar_prefixed_field_name, "DollarPrefixedFieldName"},
        {code::invalid_id_field, "InvalidIdField"},
        {code::empty_field_name, "EmptyFieldName"},
        {code::dotted_field_name, "DottedFieldName"},
        {code::immutable_field, "ImmutableField"},
        {code::cannot_create_index, "CannotCreateIndex"},
        {code::conversion_failure, "ConversionFailure"},
        {code::cannot_index_parallel_arrays, "CannotIndexParallelArrays"},
        {code::bson_object_too_large, "BSONObjectTooLarge"},
    };
    for (const auto& row : rows) {
        if (row.code == mongo_code) return std::string(row.name);
    }
    return "Location" + std::to_string(mongo_code);
}

tl::unexpected<Error> mql_error(int mongo_code, std::string message, std::string path) {
    Error error;
    error.code           = Errc::invalid_argument;
    error.server.code    = mongo_code;
    error.server.name    = code_name(mongo_code);
    error.server.message = message;
    error.message        = std::move(message);
    error.path           = std::move(path);
    return tl::unexpected<Error>(std::move(error));
}

tl::unexpected<Error> unsupported(std::string_view what, std::string path) {
    return fail(Errc::unsupported, std::string(what) + " is not supported by the embedded store", std::move(path));
}

}  // namespace tenon::mql
