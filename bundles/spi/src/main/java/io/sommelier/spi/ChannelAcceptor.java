package io.sommelier.spi;

import io.sommelier.api.Hello;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** The controller, as a transport sees it. Thread-safe. */
@ProviderType
public interface ChannelAcceptor {
    /** The id of the controller, for those who must name it before a hello is answered. */
    String controllerId();

    /**
     * Takes a connector in, or refuses it. Called once for each channel, when its hello has come, on any thread.
     *
     * <p>The controller may offer commands to the channel before the stage completes; they wait in its send queue until the transport has written the welcome.
     *
     * <ul>
     *   <li>completes with the controller's side of the channel; the transport writes {@link Peer#welcome} first
     *   <li>fails with {@link HelloRefusedException}; the transport tells the peer and closes
     * </ul>
     *
     * It may fail with something else, when a verifier did: the transport refuses the hello then as well, and lets the
     * connector come back. The failure may be the cause of a {@link java.util.concurrent.CompletionException}. It may
     * complete on any thread. A channel that is lost or closed before is told to the peer as soon as the stage has
     * completed with one: first what {@link Outgoing#lost} is owed, then {@link Peer#closed}. Of a refused hello
     * nothing more is told to anybody, and {@link Channel#close} is not called.
     */
    CompletionStage<Peer> hello(Channel channel, Hello hello);
}
