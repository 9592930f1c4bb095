// How Quadrant introduces itself to every host: several venues refuse clients that do not.

export const USER_AGENT = 'Quadrant/0.1 (self-hosted)'
