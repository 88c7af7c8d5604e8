package io.sommelier.transport.embedded;

import io.sommelier.testkit.TransportContract;
import io.sommelier.testkit.World;
import io.sommelier.testkit.WorldSettings;

/** The embedded transport keeps the contract of transports. */
class EmbeddedContractTest extends TransportContract {
    @Override
    protected World newWorld(WorldSettings settings) {
        return new EmbeddedWorld(settings);
    }
}
