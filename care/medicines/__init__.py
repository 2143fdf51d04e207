"""Medicines of a house: what there is, what may go together, who is prescribed what, who got it, what is left.

``catalogue``  which drugs there are       ``orders``  what is prescribed       ``stock``    the ledger of what is there
``checks``     what speaks against one     ``doses``   the round; giving        ``custody``  who agreed that we keep it
"""
