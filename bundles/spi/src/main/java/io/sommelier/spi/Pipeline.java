package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import org.osgi.annotation.versioning.ProviderType;

/** The chain, as the controller uses it. Published as a service by the pipeline bundle; where there is none, commands go straight to execution, and no handler or limit of the chain is applied. Thread-safe. */
@ProviderType
public interface Pipeline {
    /**
     * Opens the run of one command through the chain as it stands now.
     *
     * @param command what came in
     * @param principal who sent it
     * @param source the instance id of the connector that sent it, or empty
     * @param end where the chain ends, both ways
     */
    Run open(Command command, Principal principal, String source, End end);

    /** One command in the chain. Implemented by the pipeline. */
    @ProviderType
    interface Run {
        /**
         * Starts the way down; called once. It ends with one call of {@link End#execute} or {@link End#refuse}, perhaps before this returns, on any thread; with none once a
         * FAILED has come to {@link #up} before.
         */
        void down();

        /**
         * Takes the next part of the reply for the way up; calls may come from any thread, also from inside the methods of {@link End}, but one after the other. Parts reach
         * {@link End#send} in order, perhaps before this returns. The controller keeps the deadline until the terminal is sent: a FAILED that ends the wait (EXPIRED,
         * CANCELLED, or an outcome that no handler gave) overtakes a part that is stuck in a handler.
         */
        void up(Part part);
    }

    /** Where the chain ends. Implemented by the controller. Thread-safe; no method blocks or throws. */
    @ProviderType
    interface End {
        /** The command, perhaps changed, passed the chain. */
        void execute(Command command);

        /** The command failed on its way down; the controller settles it, and the FAILED part then takes the way up. */
        void refuse(CommandError error);

        /** A part passed the chain on its way up. Called one at a time. */
        void send(Part part);

        /**
         * The reply failed on its way up before its terminal: the worker is to be told. The chain itself has sent, or sends, a FAILED part with this error, and
         * drops what follows.
         */
        void abort(CommandError error);
    }
}
