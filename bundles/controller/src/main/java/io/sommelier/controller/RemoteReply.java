package io.sommelier.controller;

import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Part;
import io.sommelier.spi.Note;
import io.sommelier.spi.ReplyPath;

/** The way of a reply back to the controller that has the caller, who gives the credit. Thread-safe. */
final class RemoteReply implements ReplyPath {
    private final ControllerLine line;
    private final TakenHere home;
    private final String origin;
    private final Note.Take take;
    private final boolean durable;
    private volatile Pending entry;
    private volatile boolean isForNobody;

    // Under the lock of this.
    private long parts;
    private long passed;

    RemoteReply(ControllerLine line, TakenHere home, String origin, Note.Take take, boolean durable, long credit) {
        this.line = line;
        this.home = home;
        this.origin = origin;
        this.take = take;
        this.durable = durable;
        this.passed = credit;
    }

    /** Whose reply it is; before the first part. */
    void of(Pending command) {
        entry = command;
    }

    /** How many parts were sent. */
    synchronized long parts() {
        return parts;
    }

    /** The origin gives that much in all. */
    void credit(long all) {
        long more;
        synchronized (this) {
            more = all - passed;
            if (more <= 0) {
                return;
            }
            passed = all;
        }
        entry.credit(more);
    }

    @Override
    public void admitted() {
        // the origin has told its caller, whose command it is
    }

    @Override
    public void part(Part part) {
        boolean isEnd = part.status().isTerminal();
        long number;
        synchronized (this) {
            number = parts++;
        }
        if (!isForNobody) {
            line.send(origin, new Note.Reply(take, number, part)).whenComplete((done, failure) -> {
                if (failure != null) {
                    notSent(isEnd, failure);
                }
            });
        } else if (isEnd) {
            home.countLost();
        }
        if (isEnd) {
            home.ended(take);
        }
    }

    private void notSent(boolean isEnd, Throwable failure) {
        if (isEnd) {
            home.countLost();
        } else if (CommandException.of(failure).error().code() == ErrorCode.CONTROLLER_GONE) {
            originGone();
        } else {
            entry.endBefore(
                    ErrorCode.CALLER_GONE,
                    "the way back to its caller, at controller " + origin + ", is closed: " + failure.getMessage());
        }
    }

    /** The controller that has the caller is gone, and its callers with it. What is durable goes on, for nobody; the rest is given up, as by a caller who goes. */
    void originGone() {
        if (durable) {
            isForNobody = true;
            credit(Long.MAX_VALUE);
        } else {
            entry.cancel("the controller " + origin + ", which has its caller, is gone");
        }
    }

    /** The command is in its mailbox again. */
    void left(int attempt) {
        home.ended(take);
        line.send(origin, new Note.Return(take, attempt));
    }
}
