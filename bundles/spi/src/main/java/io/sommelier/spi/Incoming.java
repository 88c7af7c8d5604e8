package io.sommelier.spi;

import org.osgi.annotation.versioning.ProviderType;

/** A caller's hold on a command it has sent. Thread-safe; no method blocks. After the end every call is ignored. */
@ProviderType
public interface Incoming {
    /**
     * The caller takes DATA of that many bytes more, as {@link io.sommelier.api.Part#cost} counts them. Credit adds up to at most {@link Long#MAX_VALUE}.
     *
     * @param bytes 1 or more; the transport sees to that
     */
    void credit(long bytes);

    /**
     * The caller gives the command up; the reply path still gets its terminal, perhaps before this returns.
     *
     * @param reason one phrase for a person; may be empty
     */
    void cancel(String reason);

    /**
     * The caller is gone, and has not cancelled: nobody takes what comes back. A durable command that was handed to its mailbox goes on, for nobody, and its worker is given all credit;
     * every other one ends, as by {@link #cancel}.
     *
     * @param reason one phrase for a person; may be empty
     */
    void callerGone(String reason);
}
