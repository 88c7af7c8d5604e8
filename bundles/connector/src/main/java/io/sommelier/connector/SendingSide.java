package io.sommelier.connector;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Stage;
import io.sommelier.wire.Link;
import io.sommelier.wire.OutStream;
import io.sommelier.wire.Outbox;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The commands that are sent over one channel, from the caller until they end. {@link #submit}, {@link #credit} and {@link #cancel} are thread-safe; all else is
 * confined to the loop.
 */
final class SendingSide {
    /** So long after the deadline the answer of the controller is still waited for, since it knows better what became of the command. */
    static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Link link;
    private final Outbox outbox;
    private final SendBudget budget;
    private final LongSupplier clock;
    private final DeadlineWheel wheel;
    private final Queue<SentCommand> waiting = new ArrayDeque<>();
    private List<SentCommand> lost = new ArrayList<>();
    private volatile boolean isDraining;
    private boolean isClosed;
    private int live;

    SendingSide(Link link, Outbox outbox, SendBudget budget, LongSupplier clock) {
        this.link = link;
        this.outbox = outbox;
        this.budget = budget;
        this.clock = clock;
        wheel = new DeadlineWheel(STEP_NANOS, clock.getAsLong());
    }

    // --- any thread -------------------------------------------------------------------------------------------

    /** Sends a command, or fails it at once. */
    void submit(SentCommand call) {
        if (isDraining) {
            fail(
                    call,
                    CommandError.of(
                            ErrorCode.DRAINING,
                            Outcome.NOT_SENT,
                            Stage.SEND_QUEUE,
                            "the controller takes no new commands"));
            return;
        }
        switch (budget.take(call.size)) {
            case TAKEN -> outbox.add(call);
            case FULL ->
                fail(
                        call,
                        CommandError.of(
                                ErrorCode.OVERLOADED,
                                Outcome.NOT_SENT,
                                Stage.SEND_QUEUE,
                                "too much waits to be sent already"));
            case SHUT -> fail(call, notConnected("the connector is closed", false));
        }
    }

    void credit(SentCommand call, long bytes) {
        outbox.add(() -> {
            if (call.state == SentCommand.WAITING) {
                call.initialCredit = call.initialCredit + bytes < 0 ? Long.MAX_VALUE : call.initialCredit + bytes;
            } else if (call.state == SentCommand.WRITTEN && call.stream != null) {
                link.credit(call.stream, bytes);
            }
        });
    }

    void cancel(SentCommand call, String reason) {
        outbox.add(() -> giveUp(call, ErrorCode.CANCELLED, reason));
    }

    /** The failure of a command that is sent while there is no controller. */
    static CommandError notConnected(String message, boolean retryable) {
        return new CommandError(ErrorCode.CONTROLLER_GONE, Outcome.NOT_SENT, retryable, Stage.SEND_QUEUE, message);
    }

    private static void fail(SentCommand call, CommandError error) {
        call.state = SentCommand.ENDED;
        call.command = null;
        call.part(Part.failed(error).build());
    }

    // --- the loop ---------------------------------------------------------------------------------------------

    void arrived(SentCommand call) {
        if (isClosed) {
            budget.release(call.size);
            fail(call, notConnected("the channel was lost before the command was written", true));
            return;
        }
        live++;
        wheel.add(call, call.deadlineNanos);
        if (waiting.isEmpty() && link.isReady()) {
            write(call);
        } else {
            waiting.add(call);
        }
    }

    /** Writes what waits, as far as the socket takes it. */
    void writeWaiting() {
        while (link.isReady() && !waiting.isEmpty()) {
            write(waiting.remove());
        }
    }

    private void write(SentCommand call) {
        budget.release(call.size);
        if (call.state == SentCommand.ENDED) {
            return;
        }
        long remainingNanos = call.deadlineNanos - clock.getAsLong();
        if (remainingNanos <= 0) {
            giveUp(call, ErrorCode.EXPIRED, "the time to live was spent before the command was written");
            return;
        }
        Command command = call.command;
        call.command = null;
        call.state = SentCommand.WRITTEN;
        try {
            call.stream = link.send(command, remainingNanos, call.initialCredit, "", "", 1, call);
        } catch (CommandException aboveALimit) {
            end(call, aboveALimit.error());
        }
    }

    void admitted(OutStream stream) {
        ((SentCommand) stream.attachment()).confirmAdmitted();
    }

    void part(OutStream stream, Part part) {
        SentCommand call = (SentCommand) stream.attachment();
        if (part.status().isTerminal()) {
            forget(call);
        } else {
            call.isAnswered = true;
            call.dataCount += part.status() == PartStatus.DATA ? 1 : 0;
        }
        call.part(part);
    }

    /** The controller takes no new commands. */
    void draining() {
        isDraining = true;
    }

    /** Time goes by. */
    void tick() {
        long nowNanos = clock.getAsLong();
        wheel.advance(nowNanos, call -> expire(call, nowNanos));
        while (!waiting.isEmpty() && waiting.peek().state == SentCommand.ENDED) {
            budget.release(waiting.remove().size);
        }
    }

    private void expire(SentCommand call, long nowNanos) {
        if (call.state == SentCommand.WRITTEN && nowNanos - call.deadlineNanos < GRACE_NANOS) {
            wheel.add(call, call.deadlineNanos + GRACE_NANOS);
        } else {
            giveUp(call, ErrorCode.EXPIRED, "the time to live was spent");
        }
    }

    private void giveUp(SentCommand call, ErrorCode code, String message) {
        if (call.state == SentCommand.WAITING) {
            end(call, CommandError.of(code, Outcome.NOT_SENT, Stage.SEND_QUEUE, message));
        } else if (call.state == SentCommand.WRITTEN) {
            link.cancel(call.stream, message);
            end(call, CommandError.of(code, Outcome.UNKNOWN, stageOf(call), message));
        }
    }

    private static Stage stageOf(SentCommand written) {
        return written.isAnswered ? Stage.STREAM : Stage.REPLY_WAIT;
    }

    private void end(SentCommand call, CommandError error) {
        forget(call);
        call.part(Part.failed(error).finalCount(call.dataCount).build());
    }

    private void forget(SentCommand call) {
        wheel.remove(call);
        call.state = SentCommand.ENDED;
        call.command = null;
        call.stream = null;
        live--;
    }

    /** Whether every command that was sent has ended. */
    boolean isIdle() {
        return live == 0;
    }

    /** No terminal will come on this stream. Its call ends in {@link #closed}, when the connector says that it has lost its controller. */
    void lost(OutStream stream) {
        lost.add((SentCommand) stream.attachment());
    }

    /** The channel is gone: ends every call. */
    void closed(String why) {
        isClosed = true;
        List<SentCommand> gone = lost;
        lost = List.of();
        for (SentCommand call : gone) {
            if (call.state == SentCommand.WRITTEN) {
                end(
                        call,
                        CommandError.of(
                                ErrorCode.CONTROLLER_GONE,
                                Outcome.UNKNOWN,
                                stageOf(call),
                                "the channel to the controller was lost: " + why));
            }
        }
        while (!waiting.isEmpty()) {
            SentCommand call = waiting.remove();
            budget.release(call.size);
            if (call.state == SentCommand.WAITING) {
                end(call, notConnected("the channel was lost before the command was written: " + why, true));
            }
        }
    }
}
