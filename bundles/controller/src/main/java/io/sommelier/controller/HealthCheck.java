package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Health;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.spi.Outgoing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One question to one member, on its way there like a command, but in none of the tables of commands: it takes no capacity and no bytes, and is counted nowhere. Thread-safe: who moves its
 * state to the end says what came of it.
 *
 * <p>Its time begins when it is claimed, so that what waits in the send queue before it is not held against the member. It has no credit: an answer is one terminal.
 */
final class HealthCheck extends Outgoing {
    private static final int OFFERED = 0;
    private static final int CLAIMED = 1;
    private static final int ENDED = 2;

    private final MemberHealth member;
    private final Command command;
    private final AtomicInteger state = new AtomicInteger();
    private volatile long deadlineNanos;

    HealthCheck(MemberHealth member, Target instance, Duration timeout) {
        this.member = member;
        this.command = Command.to(instance, Health.OPERATION)
                .ttl(timeout)
                .idempotent(true)
                .build();
    }

    /** Whether its time runs. */
    boolean isClaimed() {
        return state.get() == CLAIMED;
    }

    /** When its time is over, once it is claimed. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Its time is over; {@code false} when it has ended before. */
    boolean expire() {
        if (!state.compareAndSet(CLAIMED, ENDED)) {
            return false;
        }
        member.cancel(this, "no answer in time");
        member.answered(Health.down(
                "no answer within " + Duration.ofNanos(command.ttlNanos()).toMillis() + " ms"));
        return true;
    }

    /** Nobody wants to know any more. */
    void drop() {
        if (state.getAndSet(ENDED) == CLAIMED) {
            member.cancel(this, "nobody asks any more");
        }
    }

    @Override
    public Command command() {
        return command;
    }

    @Override
    public long remainingNanos() {
        return command.ttlNanos();
    }

    @Override
    public String source() {
        return "";
    }

    @Override
    public String principal() {
        return "";
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public boolean claim() {
        deadlineNanos = member.nanos() + command.ttlNanos();
        if (!state.compareAndSet(OFFERED, CLAIMED)) {
            return false;
        }
        member.claimed();
        return true;
    }

    @Override
    public long initialCredit() {
        return 0;
    }

    @Override
    public boolean part(Part part) {
        if (!part.status().isTerminal()) {
            return isClaimed();
        }
        if (!state.compareAndSet(CLAIMED, ENDED)) {
            return false;
        }
        member.answered(healthOf(part));
        return true;
    }

    /** The channel goes, which says nothing about the member. */
    @Override
    public void lost() {
        if (state.getAndSet(ENDED) != ENDED) {
            member.unanswered();
        }
    }

    private static Health healthOf(Part terminal) {
        return terminal.error()
                .map(error -> Health.down(describe(error)))
                .orElseGet(() -> Health.up(beginningOf(terminal.payload())));
    }

    /** What a check says of itself is its message; anything else needs its code. */
    private static String describe(CommandError error) {
        boolean isAnswer =
                error.code() == ErrorCode.HANDLER_FAILED && !error.message().isEmpty();
        return isAnswer ? error.message() : (error.code() + " " + error.message()).strip();
    }

    private static String beginningOf(Payload payload) {
        int size = Math.min(payload.size(), Health.MAX_DETAIL_BYTES);
        return StandardCharsets.UTF_8.decode(payload.view().limit(size).slice()).toString();
    }

    @Override
    public String toString() {
        return "HealthCheck[" + command.target() + ", state " + state + "]";
    }
}
