package io.sommelier.spi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One step of the chain that every command passes down and every part of its reply passes up. Published as a service with these properties:
 *
 * <ul>
 *   <li>{@link #PHASE}: the name of a {@link Phase}, required; a service without it, or with another text, is not used, and the log says so
 *   <li>{@code service.ranking}: the order within the phase
 *   <li>{@link #RUNS_ON_ERROR}: {@code true} to be called also after a failure; {@code false} where it is absent
 *   <li>{@link #BLOCKING}: {@code true} when it may block; then it is called on a bounded executor, else on the I/O
 *       thread that brought the command or the part; {@code false} where it is absent
 * </ul>
 *
 * <p>A handler is stateless: one instance serves all commands at once, what belongs to one command is kept in its {@link Context}. It may come, go and be replaced at
 * any time; a command finishes on the chain that it began on. What a handler throws fails the command.
 */
@ConsumerType
public interface PipelineHandler {
    /** The service property that names the {@link Phase}. */
    String PHASE = "sommelier.phase";

    /** The service property that says that the handler is called also after a failure. */
    String RUNS_ON_ERROR = "sommelier.runsOnError";

    /** The service property that says that the handler may block. */
    String BLOCKING = "sommelier.blocking";

    /** Go on at once. */
    CompletionStage<Void> NEXT = CompletableFuture.completedStage(null);

    /**
     * Handles a command on its way down. To refuse it, call {@link Context#fail} and return {@link #NEXT}.
     *
     * @return {@link #NEXT}, or a stage: the chain goes on when it completes, and the command fails when it fails
     */
    default CompletionStage<Void> down(Context context) {
        return NEXT;
    }

    /**
     * Handles {@link Context#part} on its way up. Parts come one at a time: the next one waits until this one has passed the chain. A FAILED part of the member is
     * a part like any other: it passes every handler. A handler may replace a part, but not what kind it is: a failed reply stays failed, and numbering and outcome are
     * kept true by the chain.
     *
     * @return {@link #NEXT}, or a stage: the chain goes on when it completes, and the reply fails when it fails
     */
    default CompletionStage<Void> up(Context context) {
        return NEXT;
    }
}
