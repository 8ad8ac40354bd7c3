// "buyer"}, int>::cannot_be_read_from<std:: ... basic_string<char>
#include "entities.hpp"

struct Part {
    int buyer{};
};
auto wrong = projection_of<Order, Part>();
