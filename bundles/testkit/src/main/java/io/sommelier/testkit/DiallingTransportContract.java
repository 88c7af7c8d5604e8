package io.sommelier.testkit;

/**
 * What every transport keeps whose connectors open the socket: all of {@link RemoteTransportContract}, and that they come back while the controller still believes in their old channel. One that
 * dials its connectors does not dial them for as long as it believes that.
 */
public abstract class DiallingTransportContract extends RemoteTransportContract implements ResumePromises {}
