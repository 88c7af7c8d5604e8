package io.sommelier.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Sends commands. Thread-safe; never blocks. Had from a connector, or, in an OSGi framework, as a service: each bundle
 * that uses it is a connector of its own, with an instance id of its own.
 */
@ProviderType
public interface CommandSender {
    /** The credit in bytes that a call with a listener starts with; {@link Part#cost} says what a part takes of it. */
    long INITIAL_CREDIT_BYTES = 256 * 1024;

    /**
     * The most bytes that a call without a listener gathers: the {@linkplain Part#cost cost} of its DATA parts, and the payload of its terminal. Above it, it ends with
     * {@link ErrorCode#REPLY_TOO_LARGE}.
     */
    long MAX_GATHERED_BYTES = 16 * 1024 * 1024;

    /**
     * Sends a command and gathers its whole reply, at most {@link #MAX_GATHERED_BYTES}; credit is given by itself.
     * Headers and content type of an ACCEPTED part are not kept: who needs them takes the parts by a listener.
     *
     * <p>Always returns a call. What fails, at once or later, fails through its stages; nothing is thrown for the state of the system.
     */
    Call send(Command command);

    /**
     * Sends a command and hands each part of its reply to the listener. The call starts with a credit of {@link #INITIAL_CREDIT_BYTES}; the listener gives
     * more by {@link Call#request}. The call's result holds the terminal alone. What fails here, such as a command that
     * finds no controller, comes to the listener too, as a FAILED part, perhaps before this returns.
     */
    Call send(Command command, ReplyListener listener);
}
