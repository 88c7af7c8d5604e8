package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Welcome;
import java.util.Set;

/** What happens on a {@link Link}. Called on the link's thread, one call at a time; it may call the link. It must not block, and must not throw. */
public interface LinkHandler {
    /** The connector's hello came; the controller's end answers with {@link Link#welcome} or {@link Link#refuse}, now or later. */
    void hello(Hello hello);

    /** The controller's end said welcome; the connector's end is active. A refusal comes as {@link #closed}. */
    void welcomed(Welcome welcome);

    /**
     * A command came.
     *
     * @param command its time to live is what remains now
     * @param initialCredit the credit in bytes that there is at first
     * @param source the instance id of who sent it; empty at the controller's end
     * @param principal the name of who sent it; empty at the controller's end
     * @param attempt which attempt this is; 1 at the controller's end
     */
    void command(InStream stream, Command command, long initialCredit, String source, String principal, int attempt);

    /** The peer takes DATA of that many bytes more, as {@link Part#cost} counts them. */
    void credit(InStream stream, long bytes);

    /** The peer gave its command up, or its reply broke a rule or a limit; the stream is closed. */
    void cancelled(InStream stream, String reason);

    /** The link is closing, and the peer had not given its command up; the stream is closed. The same as {@link #cancelled}, for who knows no difference. */
    default void peerGone(InStream stream, String reason) {
        cancelled(stream, reason);
    }

    /** The peer took the command in; for a durable one, it is on disk. */
    void admitted(OutStream stream);

    /** A part of a reply came; with a terminal the stream is closed. */
    void part(OutStream stream, Part part);

    /** The link is closing and no terminal will come; the stream is closed. */
    void lost(OutStream stream);

    /** The peer serves these operations from now on. */
    void operations(Set<String> operations);

    /** The peer takes no new commands. */
    void draining();

    /** The link is closed; the last call. {@link #lost} and {@link #peerGone} were called before for every stream that was open. */
    void closed(Goodbye goodbye);
}
