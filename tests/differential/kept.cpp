#include "differential/kept.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <tenon/bson/json.hpp>

namespace tenon::differential {

namespace {

Result<KeptCase> read_line(const std::string& line, const std::string& place) {
    auto document = bson::from_json(line);
    if (!document) return fail(Errc::invalid_argument, place + ": " + document.error().message);
    KeptCase made;
    made.place      = place;
    const auto why  = (*document)["why"];
    const auto list = (*document)["operations"];
    if (why.type() != bson::Type::string || list.type() != bson::Type::array) return fail(Errc::invalid_argument, place + ": a case has a why and operations");
    made.why = why.as_string();
    for (const auto& element : list.as_view()) {
        if (element.value.type() != bson::Type::document) return fail(Errc::invalid_argument, place + ": an operation is a document");
        made.operations.emplace_back(element.value.as_view());
    }
    return made;
}

}  // namespace

Result<std::vector<KeptCase>> read_kept(const std::string& folder) {
    std::error_code                    error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    if (error) return fail(Errc::io, folder + ": " + error.message());
    std::sort(files.begin(), files.end());
    std::vector<KeptCase> cases;
    for (const auto& file : files) {
        std::ifstream in(file);
        std::string   line;
        for (int number = 1; std::getline(in, line); ++number) {
            if (line.empty() || line.starts_with("//")) continue;
            auto read = read_line(line, file.filename().string() + ":" + std::to_string(number));
            if (!read) return fail(std::move(read).error());
            cases.push_back(std::move(*read));
        }
    }
    return cases;
}

std::string kept_line(const std::string& why, const std::vector<bson::Document>& operations) {
    bson::Builder builder;
    builder.append("why", why).open_array("operations");
    for (const auto& operation : operations) builder.push(operation);
    builder.close();
    const auto made = builder.take();
    auto       line = bson::to_json(made, bson::JsonMode::canonical);
    const auto back = bson::from_json(line);
    if (!back || !(*back == made)) line += "  // JSON cannot carry a value of this case";
    return line;
}

}  // namespace tenon::differential
