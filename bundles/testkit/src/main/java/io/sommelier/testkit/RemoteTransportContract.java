package io.sommelier.testkit;

/** What every transport over a network keeps: all of {@link TransportContract}, and what holds when the network, or the other end, does not do what it should. */
public abstract class RemoteTransportContract extends TransportContract implements NetworkPromises {
    @Override
    protected abstract RemoteWorld newWorld(WorldSettings settings);

    @Override
    public final RemoteWorld openRemote(WorldSettings settings) {
        return (RemoteWorld) open(settings);
    }
}
