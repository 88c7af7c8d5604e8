package io.sommelier.controller;

import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Note;
import java.util.concurrent.CompletionStage;

/**
 * What a controller has to do with others that share its mailboxes: a command whose caller is here may be executed by another ({@link TakenElsewhere}), and one whose caller is at another
 * may be executed here ({@link TakenHere}). Without a link it has to do with nobody. Thread-safe.
 */
final class ControllerLine implements ControllerLink.Listener {
    private final Controller controller;
    private final TakenElsewhere elsewhere;
    private final TakenHere here;
    private final Object opening = new Object();
    private volatile MailboxEra era = new MailboxEra();
    private volatile ControllerLink.Line line;
    private volatile boolean isShared;

    ControllerLine(Controller controller) {
        this.controller = controller;
        this.elsewhere = new TakenElsewhere(controller, this);
        this.here = new TakenHere(controller, this);
    }

    /** Uses a link from now on; {@code null} for none. */
    void link(ControllerLink present) {
        synchronized (opening) {
            ControllerLink.Line before = line;
            if (before != null) {
                line = null;
                era = new MailboxEra();
                before.close();
            }
            if (present != null) {
                line = present.open(controller.controllerId(), this);
            }
        }
    }

    TakenHere here() {
        return here;
    }

    TakenElsewhere elsewhere() {
        return elsewhere;
    }

    /** Whether there is a link, so that an origin can be asked. */
    boolean isOpen() {
        return line != null;
    }

    /** Sends a note; see {@link ControllerLink.Line#send}. */
    CompletionStage<Void> send(String controllerId, Note note) {
        ControllerLink.Line open = line;
        if (open == null) {
            synchronized (opening) { // what comes over a line may come before the line is known
                open = line;
            }
        }
        return open == null ? ClosedLine.FAILED : open.send(controllerId, note);
    }

    /** The holder of what begins to wait now; see {@link #isUnbroken}. */
    MailboxEra era() {
        return era;
    }

    /**
     * Whether nobody can have taken, since then, a command out of a mailbox without asking here. A taker asks before it begins, unless this controller has not been there for a
     * while; so nobody has, if the line was there all the time, or if there are no others.
     */
    boolean isUnbroken(Holder since) {
        return !isShared || era == since;
    }

    /** Whether others were ever heard of. */
    boolean isShared() {
        return isShared;
    }

    // ---- what comes over the line ----

    @Override
    public void note(ControllerLink.Sender from, Note note) {
        isShared = true;
        if (note instanceof Note.Reply reply) {
            elsewhere.reply(from, reply);
        } else if (note instanceof Note.Ask ask) {
            elsewhere.ask(from, ask);
        } else if (note instanceof Note.Return back) {
            elsewhere.returned(from, back);
        } else if (note instanceof Note.Abandoned abandoned) {
            elsewhere.abandoned(from, abandoned);
        } else if (note instanceof Note.Progress progress) {
            elsewhere.progress(from, progress);
        } else if (note instanceof Note.Grant grant) {
            here.granted(from, grant);
        } else if (note instanceof Note.Deny deny) {
            here.denied(from, deny);
        } else if (note instanceof Note.Credit credit) {
            here.credit(from, credit.take(), credit.total());
        } else if (note instanceof Note.Cancel cancel) {
            here.cancelled(from, cancel);
        } else if (note instanceof Note.Check check) {
            here.checked(from, check);
        }
    }

    @Override
    public void gone(ControllerLink.Sender sender) {
        elsewhere.gone(sender);
        here.gone(sender);
    }

    @Override
    public void up() {
        era = new MailboxEra();
        elsewhere.check();
    }

    @Override
    public void down() {
        era = new MailboxEra();
    }
}
