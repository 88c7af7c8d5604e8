package io.sommelier.transport.link;

import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.spi.Channel;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Peer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Refuses every connector. Immutable.
 *
 * @param controllerId the id of the controller that does
 * @param goodbye why
 */
record Refusing(String controllerId, Goodbye goodbye) implements ChannelAcceptor {

    @Override
    public CompletionStage<Peer> hello(Channel channel, Hello hello) {
        return CompletableFuture.failedStage(new HelloRefusedException(goodbye));
    }
}
