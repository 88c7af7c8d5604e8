package io.sommelier.spi;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Brings channels to the controller. Published as a service; the controller starts it when both are there, and stops it when either goes.
 *
 * <p>{@code start} and {@code stop} are called in turn, never at the same time, and a stopped transport may be started
 * again. {@code stop} may be called before the stage of {@code start} has completed: then the start is given up. It is
 * not called after a start that has failed. Neither blocks or throws.
 */
@ConsumerType
public interface Transport {
    /** A short name in the grammar of names: {@code embedded}, {@code tcp}. */
    String name();

    /**
     * Begins to take and to make channels, and announces each to the acceptor.
     *
     * <ul>
     *   <li>completes when it listens, where it listens
     *   <li>fails when it cannot, with any exception whose message says what is wrong and what to do (a port that is
     *       taken); nothing is left behind then
     * </ul>
     */
    CompletionStage<Void> start(ChannelAcceptor acceptor);

    /**
     * Takes no new channels, and no new commands on those there are; says goodbye on each when nothing is under way there, for
     * {@link io.sommelier.api.CloseReason#SHUTDOWN} and to come back, and closes it; {@link Peer#closed} is called for each.
     *
     * @param drainLimit how long commands that are under way, in either direction, may take to end
     * @return completes when every channel is closed, every peer was told so, and every thread of the transport has ended
     */
    CompletionStage<Void> stop(Duration drainLimit);
}
