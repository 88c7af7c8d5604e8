package io.sommelier.testkit;

/** A {@link World} whose transport goes over a network. Thread-safe. */
public interface RemoteWorld extends World {
    @Override
    RemoteMember member(MemberPlan plan);

    @Override
    RemoteMember connect(MemberPlan plan);
}
