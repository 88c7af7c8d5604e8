package io.sommelier.controller;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Note;
import java.util.concurrent.atomic.LongAdder;

/**
 * Commands whose callers are here and that another controller took out of a mailbox. Each has one taker at a time, who asked for it and alone is believed; the entry has it in the
 * place of a member, so that reply, credit, deadline and cancel are as ever. Thread-safe; notes come one at a time.
 */
final class TakenElsewhere {
    private final Controller controller;
    private final ControllerLine line;
    private final LongAdder foreign = new LongAdder();

    TakenElsewhere(Controller controller, ControllerLine line) {
        this.controller = controller;
        this.line = line;
    }

    /** Notes that were not from the one who has the command. */
    long foreign() {
        return foreign.sum();
    }

    private Pending find(Note.Take take) {
        Pending found = controller.table().find(take.commandId(), take.principal());
        return found == null ? null : found.current(); // it may just be going on
    }

    /** The entry, if that controller has it; otherwise counts what came. */
    private Pending takenBy(ControllerLink.Sender from, Note.Take take) {
        Pending entry = find(take);
        if (entry != null && entry.holder() instanceof RemoteTaker taker && taker.isFor(from, take)) {
            return entry;
        }
        foreign.increment();
        return null;
    }

    /** Somebody has the command out of the mailbox, and may begin, unless another has begun. */
    void ask(ControllerLink.Sender from, Note.Ask ask) {
        Pending entry = find(ask.take());
        if (entry == null || entry.isEnded()) {
            line.send(from.controllerId(), new Note.Deny(ask.take(), false));
            return;
        }
        int state = entry.state();
        if (state == Pending.CLAIMED && entry.holder() instanceof RemoteTaker before) {
            if (before.isFor(from, ask.take())) {
                before.grantAgain();
                return;
            }
            // It was delivered once more, to another; and if that is not its first delivery, it may run twice.
            Pending waiting = ask.attempt() < entry.attempt() ? null : entry.waitAgain(ask.attempt());
            if (waiting != null) {
                before.cancel(waiting, "it came out of its mailbox elsewhere");
                grant(waiting, from, ask);
                return;
            }
        } else if (state == Pending.WAITING && ask.attempt() >= entry.attempt()) {
            // a later attempt: somebody tried it, and said so in the mailbox, or died of it
            Pending waiting = ask.attempt() == entry.attempt() ? entry : entry.waitAgain(ask.attempt());
            if (waiting != null) {
                grant(waiting, from, ask);
                return;
            }
        }
        line.send(from.controllerId(), new Note.Deny(ask.take(), !entry.isEnded()));
    }

    private void grant(Pending waiting, ControllerLink.Sender from, Note.Ask ask) {
        RemoteTaker taker = new RemoteTaker(line, from, ask.take());
        if (waiting.claimFor(taker)) {
            taker.grant(waiting.initialCredit());
        } else {
            line.send(from.controllerId(), new Note.Deny(ask.take(), !waiting.isEnded()));
        }
    }

    /** A part. Those that come twice are dropped; where some are missing, the reply is broken. */
    void reply(ControllerLink.Sender from, Note.Reply reply) {
        Pending entry = takenBy(from, reply.take());
        if (entry == null) {
            controller.countLate();
            return;
        }
        RemoteTaker taker = (RemoteTaker) entry.holder();
        if (reply.number() > taker.nextPart) {
            boolean isEnd = reply.part().status().isTerminal();
            broken(entry, isEnd ? Outcome.REPLY_LOST : Outcome.UNKNOWN, taker);
        } else if (reply.number() == taker.nextPart) {
            taker.nextPart++;
            if (entry.part(reply.part())) {
                taker.came(reply.part());
            }
        }
    }

    private static void broken(Pending entry, Outcome outcome, RemoteTaker taker) {
        String message = "parts of the reply were lost on their way from " + taker;
        CommandError error = CommandError.of(
                ErrorCode.MEMBER_GONE, outcome, outcome == Outcome.REPLY_LOST ? Stage.RETURN : Stage.STREAM, message);
        if (entry.part(Part.failed(error).build())) {
            taker.cancel(entry, message);
        }
    }

    /** The taker did not begin, or may not try again: the command is in its mailbox. */
    void returned(ControllerLink.Sender from, Note.Return back) {
        Pending entry = takenBy(from, back.take());
        if (entry != null) {
            entry.waitAgain(Math.max(back.attempt(), entry.attempt()));
        }
    }

    /** The command is in no mailbox any more, and whoever finds it there gave it up. Who has it may yet answer. */
    void abandoned(ControllerLink.Sender from, Note.Abandoned abandoned) {
        Pending entry = find(abandoned.take());
        if (entry == null) {
            foreign.increment();
        } else {
            entry.abandon(abandoned.why());
        }
    }

    /** How far a taker is, behind all that it sent before. */
    void progress(ControllerLink.Sender from, Note.Progress progress) {
        Pending entry = takenBy(from, progress.take());
        if (entry == null) {
            return;
        }
        RemoteTaker taker = (RemoteTaker) entry.holder();
        if (progress.parts() == Note.Progress.NOT_KNOWN) {
            entry.lost();
        } else if (progress.parts() > taker.nextPart) {
            broken(entry, Outcome.UNKNOWN, taker);
        }
    }

    /** A controller is gone: what it had is as with a member whose channel is lost. */
    void gone(ControllerLink.Sender sender) {
        for (Pending entry : controller.table().all()) {
            if (entry.holder() instanceof RemoteTaker taker && taker.isOf(sender)) {
                entry.lost();
            }
        }
    }

    /** The line was away, and notes may be lost: everybody says how far he is. */
    void check() {
        for (Pending entry : controller.table().all()) {
            if (entry.holder() instanceof RemoteTaker taker && !entry.isEnded()) {
                taker.check();
            }
        }
    }
}
