// "note"}, std:: ... basic_string<char> ... ::cannot_be_read_from<std::optional<
#include "entities.hpp"

struct Part {
    std::string note{};
};
auto wrong = projection_of<Order, Part>();
