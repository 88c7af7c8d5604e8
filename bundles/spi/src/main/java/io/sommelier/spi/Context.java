package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One command in the pipeline, with all that handlers keep about it: what one puts there, those after it find, those on
 * the way up too. Confined to the thread that runs the handler it was given to, until that handler's stage completes.
 */
@ProviderType
public interface Context {
    /** The command as it is now. */
    Command command();

    /**
     * Replaces the command on its way down; its id stays, and so does its time to live, whatever the replacement says.
     *
     * @throws IllegalStateException on the way up
     * @throws IllegalArgumentException when the id differs
     */
    void command(Command replacement);

    /** The part that is on its way up; empty on the way down. */
    Optional<Part> part();

    /**
     * Replaces the part that is on its way up.
     *
     * @throws IllegalStateException on the way down
     * @throws IllegalArgumentException when it is terminal and the one before is not, or the other way round
     */
    void part(Part replacement);

    /** Who sent the command, as its connector's credential proved it; fixed for the life of the command. */
    Principal principal();

    /** The instance id of the connector that sent it, or empty. */
    String source();

    /** Fails the command, or the reply: on the way down it is refused, on the way up the reply ends. The first failure counts. */
    void fail(CommandError error);

    /** The failure, when there is one. */
    Optional<CommandError> error();

    /** What was put under the key, or {@code null}. */
    Object attribute(String key);

    /** Keeps something for later handlers; {@code null} takes it away. */
    void attribute(String key, Object value);
}
