#pragma once
// What the writes do to the documents that they match. Each is the whole of its verb but for the transaction around it.

#include <tenon/store/operation.hpp>

#include "sqlite/writing.hpp"

namespace tenon::sqlite {

[[nodiscard]] Result<UpdateReply>        update_documents(Writing& writing, const Update& op);
[[nodiscard]] Result<UpdateReply>        replace_document(Writing& writing, const Replace& op);
[[nodiscard]] Result<DeleteReply>        delete_documents(Writing& writing, const Delete& op);
[[nodiscard]] Result<FindAndModifyReply> find_and_modify(Writing& writing, const FindAndModify& op);

}  // namespace tenon::sqlite
