#include "differential/compare.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <tenon/bson/compare.hpp>
#include <tenon/bson/json.hpp>

namespace tenon::differential {

namespace {

std::string text(const Error& error) {
    std::string line = "error " + std::to_string(error.server.code) + " (" + std::string(to_string(error.code)) + ")";
    for (const auto& item : error.items) line += " [" + std::to_string(item.index) + "]: " + std::to_string(item.server_code);
    // Not the outcome: of an update of many that failed a server does not say how far it came. What is stored shows it.
    return line;
}

std::string json(bson::View document) { return bson::to_json(document, bson::JsonMode::canonical); }

/// Whether the order of a find's documents is promised: its sort ends in _id.
bool is_ordered(bson::View find) {
    bool ordered = false;
    if (find["sort"].type() == bson::Type::document) {
        for (const auto& part : find["sort"].as_view()) ordered = ordered || part.key == "_id";
    }
    return ordered;
}

std::vector<bson::Document> renamed(const std::vector<bson::Document>& documents, const MadeIds& ids) {
    std::vector<bson::Document> made;
    made.reserve(documents.size());
    for (const auto& document : documents) made.push_back(ids.renamed(document));
    return made;
}

bool by_bytes(const bson::Document& a, const bson::Document& b) {
    const auto x = a.view().bytes();
    const auto y = b.view().bytes();
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
}

bool by_value(const bson::Document& a, const bson::Document& b) { return bson::compare(a["v"], b["v"]) < 0; }

std::string first_difference(const std::vector<bson::Document>& left, const std::vector<bson::Document>& right, bool values) {
    const auto same = [&](const bson::Document& a, const bson::Document& b) { return values ? bson::equal(a["v"], b["v"]) : a == b; };
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
        if (i < left.size() && i < right.size() && same(left[i], right[i])) continue;
        return "document " + std::to_string(i) + " of " + std::to_string(left.size()) + " and " + std::to_string(right.size()) + ": " +
               (i < left.size() ? json(left[i]) : "none") + " | " + (i < right.size() ? json(right[i]) : "none");
    }
    return {};
}

/// The reply as the driver hands it out: it cuts the text of a code at a NUL in the id of an upsert (its bson_append_value). Stored bytes show
/// what the server made.
bson::Document as_the_driver_says(const bson::Document& reply) {
    const auto    cut = [](bson::ValueRef id) {
        if (id.type() != bson::Type::code) return bson::Value(id);
        const auto code = id.as_string();
        return bson::Value(bson::Code{std::string(code.substr(0, code.find('\0')))});
    };
    bson::Builder said;
    for (const auto& element : reply) {
        if (element.key != "upserted") {
            said.append(element.key, element.value);
        } else if (element.value.type() != bson::Type::array) {
            said.append(element.key, cut(element.value).ref());
        } else {
            said.open_array(element.key);
            for (const auto& item : element.value.as_view()) {
                said.push_document();
                for (const auto& part : item.value.as_view()) said.append(part.key, cut(part.value).ref());
                said.close();
            }
            said.close();
        }
    }
    return said.take();
}

}  // namespace

bool is_made(bson::ValueRef id) {
    if (id.type() != bson::Type::object_id) return false;
    const auto age = std::chrono::system_clock::now() - id.as_object_id().created_at();
    return age > -std::chrono::hours(24) && age < std::chrono::hours(24);
}

void MadeIds::learn(bson::ValueRef left, bson::ValueRef right) {
    if (left.type() != right.type()) return;
    if (left.type() == bson::Type::object_id) {
        const auto a = left.as_object_id();
        const auto b = right.as_object_id();
        if (a == b || !is_made(left) || !is_made(right) || numbers_.contains(a) || numbers_.contains(b)) return;
        numbers_[a] = numbers_[b] = next_++;
    } else if (left.type() == bson::Type::array) {  // a bulk's list of {index, id}
        auto other = right.as_view().begin();
        for (auto one = left.as_view().begin(); one != std::default_sentinel && other != std::default_sentinel; ++one, ++other) {
            learn((*one).value.as_view()["id"], (*other).value.as_view()["id"]);
        }
    }
}

void MadeIds::learn(const Answer& left, const Answer& right) {
    if (left.failed || right.failed) return;
    learn(left.reply["upserted"], right.reply["upserted"]);
    if (left.documents.size() != right.documents.size()) return;
    for (std::size_t i = 0; i < left.documents.size(); ++i) learn(left.documents[i]["_id"], right.documents[i]["_id"]);
}

void MadeIds::learn(const std::vector<bson::Document>& left, const std::vector<bson::Document>& right) {
    if (left.size() != right.size()) return;
    for (std::size_t i = 0; i < left.size(); ++i) learn(left[i]["_id"], right[i]["_id"]);
}

bson::Document MadeIds::renamed(const bson::Document& document) const {
    if (numbers_.empty()) return document;
    const auto                from = document.view().bytes();
    std::vector<std::uint8_t> bytes(from.begin(), from.end());
    for (const auto& [id, number] : numbers_) {
        for (auto at = bytes.begin();;) {
            at = std::search(at, bytes.end(), id.bytes.begin(), id.bytes.end());
            if (at == bytes.end()) break;
            const std::uint8_t name[12] = {0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, static_cast<std::uint8_t>(number >> 8U),
                                           static_cast<std::uint8_t>(number)};
            at = std::copy(std::begin(name), std::end(name), at);
        }
    }
    return bson::Document::trusted(std::move(bytes));
}

std::string difference(bson::View operation, const Answer& left, const Answer& right, const MadeIds& ids) {
    if (left.failed || right.failed) {
        const auto a = left.failed ? text(left.error) : std::string("success");
        const auto b = right.failed ? text(right.error) : std::string("success");
        return a == b ? std::string() : a + " | " + b;
    }
    if (const auto a = as_the_driver_says(ids.renamed(left.reply)), b = as_the_driver_says(ids.renamed(right.reply)); !(a == b)) return json(a) + " | " + json(b);
    auto       a        = renamed(left.documents, ids);
    auto       b        = renamed(right.documents, ids);
    const auto verb     = operation.begin()->key;
    const bool distinct = verb == "distinct";
    if (distinct) {
        // A server gives one of the values that are equal, in the order of their coming.
        std::sort(a.begin(), a.end(), by_value);
        std::sort(b.begin(), b.end(), by_value);
    } else if (verb == "find" && !is_ordered(operation.begin()->value.as_view())) {
        std::sort(a.begin(), a.end(), by_bytes);
        std::sort(b.begin(), b.end(), by_bytes);
    }
    return first_difference(a, b, distinct);
}

std::string difference(const std::vector<bson::Document>& left, const std::vector<bson::Document>& right, const MadeIds& ids) {
    const auto found = first_difference(renamed(left, ids), renamed(right, ids), false);
    return found.empty() ? found : "stored " + found;
}

}  // namespace tenon::differential
