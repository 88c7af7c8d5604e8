package io.sommelier.api;

import java.util.HashMap;
import java.util.Map;

/** Why a command failed. Name and number are API and never change; new codes may be added. */
public enum ErrorCode {
    /** A code that this version does not know; a newer peer sent it. */
    UNRECOGNIZED(0, false),

    /** A field of the command is malformed or out of range. */
    INVALID_COMMAND(100, false),
    /** The payload is larger than the limit. */
    PAYLOAD_TOO_LARGE(101, false),
    /** The headers are larger than the limit. */
    HEADERS_TOO_LARGE(102, false),
    /** Nobody vouches for the caller. */
    UNAUTHENTICATED(110, false),
    /** The caller may not do this. */
    FORBIDDEN(111, false),
    /** The caller did this too often. */
    QUOTA_EXCEEDED(112, true),
    /** A command of the same principal with the same id is still alive. */
    DUPLICATE_COMMAND(120, false),
    /** The idempotency key was used for other content. */
    IDEMPOTENCY_CONFLICT(121, false),
    /** The node cannot do what the command asks for, such as a durable command where there is no mailbox store. */
    UNSUPPORTED(122, false),
    /** It comes from more handlers, one behind the other, than {@link Command#MAX_HOPS}: most likely they send to each other in a circle. */
    TOO_MANY_HOPS(123, false),

    /** No configuration, group, contract or member ever named the target. */
    UNKNOWN_TARGET(200, false),
    /** No member of the live target serves the operation. */
    UNKNOWN_OPERATION(201, false),
    /** The target is known, nobody is there, and the command may not wait. */
    NO_MEMBER(202, true),
    /** The named instance is not there, and the command may not wait. */
    NO_INSTANCE(203, true),
    /** A bound was reached: members, queues or bytes. */
    OVERLOADED(204, true),
    /** The node, the target or the member is draining and takes nothing new. */
    DRAINING(205, true),
    /** The mailbox could not take the command. */
    MAILBOX_UNAVAILABLE(206, true),
    /** The archive could not take the command, and its mode requires it. */
    ARCHIVE_UNAVAILABLE(207, true),

    /** The time to live was spent. */
    EXPIRED(300, false),
    /** The caller cancelled, or went away. */
    CANCELLED(301, false),
    /** The channel of the member that had the command was lost. */
    MEMBER_GONE(302, false),
    /** The worker sent nothing for the idle limit although its reader had credit outstanding. */
    STREAM_IDLE(303, false),
    /** Every attempt that the rules allow was made. */
    ATTEMPTS_EXHAUSTED(304, false),
    /** The sender's own channel to the controller was lost. */
    CONTROLLER_GONE(305, false),

    /** The handler answered failure, or threw. */
    HANDLER_FAILED(400, false),
    /** The member's executor and the queue before it are full. */
    MEMBER_BUSY(401, true),
    /** The handler broke the order of parts, or answered nothing. */
    BAD_REPLY(402, false),
    /** The reply is larger than a limit on its way. */
    REPLY_TOO_LARGE(410, false),
    /** A policy denied the reply on its way up. */
    REPLY_DENIED(411, false),
    /** The caller was gone when its reply came. */
    CALLER_GONE(412, false),
    /** A command with the same idempotency key was, or may have been, executed, and there is no reply of it to give again. */
    REPLY_NOT_KEPT(413, false),

    /** A defect of Sommelier or of a plugged-in part. */
    INTERNAL(500, false),
    /** A peer broke the wire protocol. */
    PROTOCOL_ERROR(501, false);

    private static final Map<Integer, ErrorCode> BY_NUMBER = new HashMap<>();

    static {
        for (ErrorCode code : values()) {
            BY_NUMBER.put(code.number, code);
        }
    }

    private final int number;
    private final boolean retryable;

    ErrorCode(int number, boolean retryable) {
        this.number = number;
        this.retryable = retryable;
    }

    /** The fixed number, 0 to 999. */
    public int number() {
        return number;
    }

    /** Whether, by its nature, the same command may succeed when sent again unchanged; {@link CommandError#retryable} is what counts for one failure. */
    public boolean retryable() {
        return retryable;
    }

    /** The code of that number, or {@link #UNRECOGNIZED}. */
    public static ErrorCode ofNumber(int number) {
        return BY_NUMBER.getOrDefault(number, UNRECOGNIZED);
    }
}
