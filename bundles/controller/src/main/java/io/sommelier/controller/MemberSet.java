package io.sommelier.controller;

import io.sommelier.spi.Strategy;
import java.util.Arrays;

/** The members that serve one operation, as a strategy sees them. Immutable, but for the live figures of each member. */
final class MemberSet implements Strategy.Members {
    static final MemberSet NONE = new MemberSet(new Session[0]);

    private final Session[] members;

    private MemberSet(Session[] members) {
        this.members = members;
    }

    MemberSet with(Session member) {
        Session[] more = Arrays.copyOf(members, members.length + 1);
        more[members.length] = member;
        return new MemberSet(more);
    }

    MemberSet without(Session member) {
        int at = Arrays.asList(members).indexOf(member);
        if (at < 0) {
            return this;
        }
        Session[] fewer = new Session[members.length - 1];
        System.arraycopy(members, 0, fewer, 0, at);
        System.arraycopy(members, at + 1, fewer, at, fewer.length - at);
        return fewer.length == 0 ? NONE : new MemberSet(fewer);
    }

    /** Whether one of them takes new commands, full or not. */
    boolean takesNew() {
        for (Session member : members) {
            if (member.takesNew()) {
                return true;
            }
        }
        return false;
    }

    Session member(int index) {
        return members[index];
    }

    @Override
    public int size() {
        return members.length;
    }

    @Override
    public String instance(int index) {
        return members[index].instance();
    }

    @Override
    public int inFlight(int index) {
        return members[index].inFlight();
    }

    @Override
    public boolean isAvailable(int index) {
        return members[index].isAvailable();
    }

    @Override
    public String attribute(int index, String name) {
        return members[index].attribute(name);
    }
}
