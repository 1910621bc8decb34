// ui/widgets/page.h: what the shell asks of a page. A page is a QWidget with a header on top; it
// says by signals where one could go next and what should be remembered.
#pragma once

#include <QJsonObject>
#include <QWidget>

#include "ui/widgets/page_header.h"
#include "ui/widgets/theme.h"

namespace koala {

// Where a page sends one, or what a page is asked to show. `page` is a PageId name ("data",
// "mixtures", "runs", "chat", "compare", "studies", "machines", "settings"), `verb` what to do
// there (empty: show), and `subject` of what. The pairs in use:
//   runs    "new"     mixture slug      the run form with that mixture chosen
//   runs    ""        run id            shows that run
//   chat    "with"    model name        a new chat with RUN@STEP, RUN@last or a model's slug
//   compare "with"    "A|B"             two model names side by side; B may be empty
//   mixtures "add"    dataset slug      adds that source to the open mixture
//   data/mixtures/studies ""  slug      shows it
struct Destination {
    QString page;
    QString verb;
    QString subject;
};

class Page : public QWidget {
    Q_OBJECT
public:
    explicit Page(const QString& title, QWidget* parent = nullptr);

    PageHeader& header() const { return *m_header; }
    // The page lays its content into this widget, under the header.
    QWidget* body() const { return m_body; }

    // The page has come to the front; it may start to look for news.
    virtual void activated() {}
    // The page has left the front.
    virtual void deactivated() {}
    // Shows what the destination names; one that is gone is said in a notice.
    virtual void open(const Destination& destination);
    // Splitters, columns, filters, what was chosen: kept in the project between starts.
    virtual QJsonObject saveState() const { return {}; }
    virtual void restoreState(const QJsonObject& state);

Q_SIGNALS:
    void goTo(const koala::Destination& destination);
    // Kept in the list of notices of the status line; a toast points at it.
    void notice(koala::Tone tone, const QString& text, const QString& details);
    // A file was dropped on the window and the page in front did not take it: the Data page imports
    // it.
    void filesDropped(const QStringList& files);

private:
    PageHeader* m_header;
    QWidget* m_body;
};

} // namespace koala
