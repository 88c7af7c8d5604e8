package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.Note;
import io.sommelier.spi.ReplyPath;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Commands that came out of a mailbox here, and whose callers are at another controller, the origin. The origin is asked before anything begins: so its caller is told the truth, a command
 * that was given up meanwhile is not executed, and no two controllers execute one. Where the origin is gone, the command is executed all the same, and its reply reaches nobody.
 * Thread-safe.
 */
final class TakenHere {
    /** How long an origin has to answer; then the command goes back. */
    static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long SWEEP_MILLIS = 250;
    private static final long CALLERLESS_CREDIT = Long.MAX_VALUE;

    private final Controller controller;
    private final ControllerLine line;
    private final Map<Long, Taking> takings = new ConcurrentHashMap<>();
    private final LongAdder lost = new LongAdder();
    private final ReplyPath nobody = new ReplyPath() {
        @Override
        public void admitted() {
            // nobody waits
        }

        @Override
        public void part(Part part) {
            if (part.status().isTerminal()) {
                lost.increment();
            }
        }
    };

    /** One command, from its coming out of the mailbox to its end. */
    private static final class Taking {
        final Note.Take take;
        final Mailbox.Waiting waiting;
        final MailboxReader reader;
        final int attempt;
        final long sinceNanos;
        /** Set by who decides what becomes of it; until then the origin is being asked. */
        final AtomicBoolean decided = new AtomicBoolean();

        volatile ControllerLink.Sender origin;
        volatile RemoteReply reply;
        volatile Pending entry;

        Taking(Note.Take take, Mailbox.Waiting waiting, MailboxReader reader, int attempt, long sinceNanos) {
            this.take = take;
            this.waiting = waiting;
            this.reader = reader;
            this.attempt = attempt;
            this.sinceNanos = sinceNanos;
        }

        String originId() {
            return waiting.origin().controllerId();
        }

        boolean isOf(ControllerLink.Sender from) {
            ControllerLink.Sender known = origin;
            return known == null ? originId().equals(from.controllerId()) : known.equals(from);
        }
    }

    TakenHere(Controller controller, ControllerLine line) {
        this.controller = controller;
        this.line = line;
        controller.timer().scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** How many there are. */
    int size() {
        return takings.size();
    }

    /** Ends of commands that reached no caller. */
    long lost() {
        return lost.sum();
    }

    /** Takes what reaches no caller. */
    ReplyPath nobody() {
        return nobody;
    }

    void countLost() {
        lost.increment();
    }

    /** Which attempt it would be: whoever had it and went away without a word may have tried it. */
    static int attempt(Mailbox.Waiting waiting) {
        return waiting.origin().attempt() + waiting.deliveries() - 1;
    }

    // ---- asking ----

    /** Whether the origin of a command is to be asked; then {@link MailboxReader#answered} is called when it has answered. */
    boolean asks(Mailbox.Waiting waiting) {
        return line.isOpen() && !waiting.origin().controllerId().equals(controller.controllerId());
    }

    void ask(Mailbox.Waiting waiting, MailboxReader reader) {
        Command command = waiting.command();
        Note.Take take = new Note.Take(
                command.id(),
                waiting.origin().principal(),
                ThreadLocalRandom.current().nextLong());
        Taking taking = new Taking(take, waiting, reader, attempt(waiting), controller.nanos());
        takings.put(take.number(), taking);
        line.send(taking.originId(), new Note.Ask(take, taking.attempt, waiting.deliveries()))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        notAsked(taking, CommandException.of(failure).error().code());
                    }
                });
    }

    private void notAsked(Taking taking, ErrorCode why) {
        if (why == ErrorCode.CONTROLLER_GONE) {
            if (decide(taking)) {
                takings.remove(taking.take.number());
                executeForNobody(taking);
            }
        } else {
            giveBack(taking);
        }
    }

    private boolean decide(Taking taking) {
        if (!taking.decided.compareAndSet(false, true)) {
            return false;
        }
        taking.reader.answered();
        return true;
    }

    private void giveBack(Taking taking) {
        if (decide(taking)) {
            takings.remove(taking.take.number());
            taking.reader.goesBack();
            taking.waiting.back();
            line.send(taking.originId(), new Note.Return(taking.take, taking.attempt));
        }
    }

    private void sweep() {
        long now = controller.nanos();
        for (Taking taking : takings.values()) {
            if (!taking.decided.get() && now - taking.sinceNanos > ANSWER_NANOS) {
                giveBack(taking);
            }
        }
    }

    /** It is in no mailbox any more, and not executed here. */
    void abandon(Mailbox.Waiting waiting, CommandError why) {
        Mailbox.Origin origin = waiting.origin();
        if (asks(waiting)) {
            Note.Take take = new Note.Take(
                    waiting.command().id(),
                    origin.principal(),
                    ThreadLocalRandom.current().nextLong());
            line.send(origin.controllerId(), new Note.Abandoned(take, why)).whenComplete((done, failure) -> {
                if (failure != null) {
                    lost.increment();
                }
            });
        }
    }

    // ---- what the origin says ----

    void granted(ControllerLink.Sender from, Note.Grant grant) {
        Taking taking = find(from, grant.take());
        if (taking == null) {
            // The origin asked too late: it is told that it has the command, in its mailbox.
            line.send(from.controllerId(), new Note.Progress(grant.take(), Note.Progress.NOT_KNOWN));
        } else if (decide(taking)) {
            taking.origin = from;
            RemoteReply reply = new RemoteReply(
                    line,
                    this,
                    from.controllerId(),
                    taking.take,
                    taking.waiting.command().durable(),
                    grant.credit());
            taking.reply = reply;
            Pending entry = entry(taking, grant.credit(), reply);
            taking.entry = entry;
            reply.of(entry);
            entry.resume(taking.waiting, taking.reader);
        }
    }

    void denied(ControllerLink.Sender from, Note.Deny deny) {
        Taking taking = find(from, deny.take());
        if (taking == null || !decide(taking)) {
            return;
        }
        takings.remove(taking.take.number());
        if (!deny.isUnderWay() && taking.waiting.command().durable()) {
            executeForNobody(taking); // its caller may have gone, and left it to us
        } else {
            taking.waiting.done();
        }
    }

    void credit(ControllerLink.Sender from, Note.Take take, long total) {
        Taking taking = find(from, take);
        if (taking != null && taking.reply != null) {
            taking.reply.credit(total);
        }
    }

    void cancelled(ControllerLink.Sender from, Note.Cancel cancel) {
        Taking taking = find(from, cancel.take());
        if (taking != null && taking.entry != null) {
            taking.entry.cancel(cancel.reason());
        }
    }

    void checked(ControllerLink.Sender from, Note.Check check) {
        Taking taking = find(from, check.take());
        RemoteReply reply = taking == null ? null : taking.reply;
        long parts = taking == null ? Note.Progress.NOT_KNOWN : reply == null ? 0 : reply.parts();
        line.send(from.controllerId(), new Note.Progress(check.take(), parts));
        if (reply != null) {
            reply.credit(check.credit());
        }
    }

    private Taking find(ControllerLink.Sender from, Note.Take take) {
        Taking taking = takings.get(take.number());
        return taking != null && taking.take.equals(take) && taking.isOf(from) ? taking : null;
    }

    // ---- what becomes of it ----

    private void executeForNobody(Taking taking) {
        entry(taking, CALLERLESS_CREDIT, nobody).resume(taking.waiting, taking.reader);
    }

    /** Executes a command whose caller is not here, and not asked for. */
    void executeForNobody(Mailbox.Waiting waiting, MailboxReader reader) {
        executeForNobody(new Taking(
                new Note.Take(waiting.command().id(), waiting.origin().principal(), 0),
                waiting,
                reader,
                attempt(waiting),
                controller.nanos()));
    }

    private Pending entry(Taking taking, long credit, ReplyPath reply) {
        Command command = taking.waiting.command();
        Mailbox.Origin origin = taking.waiting.origin();
        long now = controller.nanos();
        return new Pending(
                controller, null, origin.source(), origin.principal(), command, taking.attempt, credit, reply, now);
    }

    /** The last part was sent. */
    void ended(Note.Take take) {
        takings.remove(take.number());
    }

    /** A controller is gone. */
    void gone(ControllerLink.Sender sender) {
        for (Taking taking : takings.values()) {
            if (taking.entry != null && sender.equals(taking.origin)) {
                taking.reply.originGone();
            }
        }
    }

    // ---- what is said of those that are not executed ----

    /** Somebody had it, and then said nothing. */
    static CommandError wentAway() {
        return CommandError.of(
                ErrorCode.MEMBER_GONE,
                Outcome.UNKNOWN,
                Stage.REPLY_WAIT,
                "whoever had the command went away without a word, and may have executed it");
    }

    /** Those before were all in vain. */
    static CommandError exhausted(int attempt) {
        return CommandError.of(
                ErrorCode.ATTEMPTS_EXHAUSTED,
                Outcome.UNKNOWN,
                Stage.REPLY_WAIT,
                "whoever had the command went away without a word, and attempt " + attempt + " is not allowed");
    }
}
