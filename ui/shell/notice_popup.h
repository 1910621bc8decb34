// ui/shell/notice_popup.h: the list of notices over the status line, and the toast that points at
// it.
#pragma once

#include <functional>

#include "ui/shell/notices.h"

class QWidget;

namespace koala {

void showNoticePopup(
    QWidget& window, QWidget& anchor, NoticeModel& notices, std::function<void()> clearAll);
// A few words above the bell for some seconds; the notice itself stays in the list.
void showToast(QWidget& window, QWidget& anchor, Tone tone, const QString& text);

} // namespace koala
