#include "message.hpp"

namespace bench {

Message sample(bool ascii) {
    Message m;
    m.id.bytes              = {0x65, 0x5c, 0x1a, 0x20, 1, 2, 3, 4, 5, 6, 7, 8};
    m.conversation_id.bytes = {0x65, 0x5c, 0x1a, 0x21, 8, 7, 6, 5, 4, 3, 2, 1};
    m.sender                = ascii ? "ann.lee@example" : "änn.leé@exämple";
    m.recipient             = ascii ? "observers" : "beobachtér";
    m.subject               = ascii ? "Release of the second beta" : "Freigabe für die zwéite Bèta";
    m.content = ascii ? "The second beta is out; please look at the notes before you upgrade, and write here what breaks. Thanks to all of you!!!!"
                      : "Die zweite Bèta ist dä; bitte lést die Hinweise, bevor ihr umsteigt: "
                        "спасибо вам всем за помощь!";
    m.tags      = ascii ? std::vector<std::string>{"release", "beta-two", "announcement"}
                        : std::vector<std::string>{"freigäbe", "beta-zwéi", "ankündigung"};
    m.reactions = {{ascii ? "thumbsup" : "👍👍", "bob.ray@example"},
                   {ascii ? "party-popper" : "🎉🎉🎉", ascii ? "cem.ak@example" : "çem.ak@exämple"}};
    m.reply_to  = "655c1a20aabbccddeeff0011";
    m.meta      = {ascii ? "android/12.4.1" : "ändroid/12.4.1", 2, true};
    m.created_at = tenon::DateTime(1731999000000);
    m.updated_at = tenon::DateTime(1731999500000);
    m.version    = 3;
    return m;
}

}  // namespace bench
