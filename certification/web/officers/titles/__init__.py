"""From dossiers that came up to titles: for officers who review, and for bodies that decide.

batches    /cong-doan/xet-ho-so: what waits, enterprise by enterprise
dossier    one dossier: why the criteria are met or not, every step, and the next one
proposals  what unions proposed, with minutes, letter and list as documents
deciding   one decision about many: typed, looked at whole, recorded
decisions  what was decided, and the certificates of it
signers    who may sign for a body
"""
